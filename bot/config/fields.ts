import { z } from 'zod';
import { didYouMean } from '../../engine/blueprint/nearest.ts';
import type { FileProblem } from './document.ts';

/**
 * The kinds of values that the configuration is made of. Their messages say what is allowed and never cite the value:
 * it may be a password in the wrong place.
 */

type Issue = { readonly code?: string; readonly input?: unknown };

/** What a value must be, as an error for zod. */
export function must(be: string): { error: (issue: Issue) => string } {
  return {
    error: ({ input }) => {
      if (input === undefined) return `is missing: must be ${be}`;
      const isLikeText = typeof input === 'number' || typeof input === 'boolean';
      return `must be ${be}${isLikeText && be.startsWith('a text') ? '; put it in quotes' : ''}`;
    },
  };
}

/**
 * A map with these keys and no others. A message about several unknown keys has a line for each, in their order.
 * `secret`: a key may be a misplaced secret, so only likely slips are cited.
 */
export function fields<Shape extends z.ZodRawShape>(shape: Shape, options: { secret?: boolean } = {}) {
  const known = Object.keys(shape);
  const unknown = (key: string) => {
    const hint = didYouMean(key, known);
    const cited = options.secret && hint === '' ? '' : ` ${JSON.stringify(key.slice(0, 60))}`;
    return `unknown key${cited}${hint || `; known here: ${known.join(', ')}`}`;
  };
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? (issue.keys as string[]).map(unknown).join('\n')
        : must(`a map with ${known.slice(0, 4).join(', ')}${known.length > 4 ? ' …' : ''}`).error(issue),
  });
}

export function whole(least: number, most: number) {
  const error = must(`a whole number from ${least} to ${most}`);
  return z.number(error).int(error).min(least, error).max(most, error);
}

export function list<Item extends z.ZodType>(item: Item, be: string) {
  return z.array(item, must(be));
}

export function flag() {
  return z.boolean(must('true or false'));
}

export function choice<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, must(words.join(' or ')));
}

/** A text that matches; `be` says what is allowed, as in `a text such as …`. */
export function matching(pattern: RegExp, be: string) {
  return z.string(must(be)).regex(pattern, must(be));
}

/** The form of the names of networks, pools and nodes. */
export const NAME = /^[a-z0-9][a-z0-9-]{0,40}$/;
export function name() {
  return matching(NAME, 'a text of small letters, digits and -, at most 41 characters');
}

/** A host name or address. */
export function host() {
  return matching(/^[A-Za-z0-9_.:%-]{1,253}$/, 'a text: a host name or an IP address');
}

/** A value of several forms: which one is meant is seen first, so that the problems are those of that form only. */
export function formOf<Form extends z.ZodType>(choose: (value: unknown) => Form) {
  return z.unknown().transform((value, context): z.output<Form> => {
    const read = choose(value).safeParse(value);
    if (read.success) return read.data;
    for (const { path, message } of problemsOf(read.error)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
    return z.NEVER;
  });
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What zod found, one problem for each key that it is about. */
export function problemsOf(error: z.ZodError): FileProblem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }];
    const messages = issue.message.split('\n');
    return issue.keys.map((key, index) => ({
      path: issue.path,
      key,
      message: messages[index] ?? issue.message,
    }));
  });
}
