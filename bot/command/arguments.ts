import type { Fault, Line, ParseContext } from './fault.ts';
import { article, nameFault, show } from './names.ts';
import { nearest } from './nearest.ts';
import type { ArgumentSpec, CommandSpec } from './spec.ts';
import { looseEquals, tooMany } from './surplus.ts';
import type { Word } from './words.ts';

/** The words of a line, sorted by what the command's spec says they are. Their form is checked, nothing else. */
export interface Arguments {
  /** By argument name; what was not given is missing. */
  readonly values: Readonly<Record<string, string>>;
  readonly flags: ReadonlySet<string>;
  readonly settings: Readonly<Record<string, string>>;
  readonly rest: string | null;
}

export type Sorted =
  | { readonly ok: true; readonly arguments: Arguments }
  | { readonly ok: false; readonly fault: Fault };

/** `tail=` and the like go up to here. */
const LARGEST_COUNT = 10_000;

/** Sorts `words`, the verb at their head. */
export function sortArguments(
  spec: CommandSpec,
  words: readonly Word[],
  rest: string | null,
  line: Line,
  context: ParseContext,
): Sorted {
  const given = new Map<ArgumentSpec, Word>();
  const settings = new Map<string, string>();
  const flags = new Set<string>();
  const plain: Word[] = [];
  const fail = (message: string, ...repairs: string[]): Sorted => ({
    ok: false,
    fault: { message, repairs },
  });

  const loose = looseEquals(spec, words, line);
  if (loose !== null) return { ok: false, fault: loose };

  for (const word of words.slice(1)) {
    if (word.equals >= 0) {
      const fault = takeKey(spec, word, line, given, settings);
      if (fault !== null) return { ok: false, fault };
    } else if (!word.quoted && spec.flags.some((flag) => flag.name === word.text.toLowerCase())) {
      flags.add(word.text.toLowerCase());
    } else if (!word.quoted && /^-+./.test(word.text)) {
      const bare = word.text.replace(/^-+/, '');
      const message = `${show(word.text)} is not understood: the commands here have no options with dashes`;
      return fail(message, line.replace(word, bare), line.replace(word, ''));
    } else {
      plain.push(word);
    }
  }

  for (const argument of spec.arguments) {
    const at = plain.findIndex((word) => !word.quoted && word.text.toLowerCase() === argument.after);
    const introducer = plain[at];
    if (argument.after === undefined || introducer === undefined) continue;
    const value = plain[at + 1];
    if (value === undefined) {
      const known = choices(argument, context);
      const message = `${article(argument.kind)}'s name is missing after "${argument.after}"${listed(known)}`;
      const only = known.length === 1 ? [line.after(introducer, known[0] ?? '')] : [];
      return fail(message, ...only, line.replace(introducer, ''));
    }
    given.set(argument, value);
    plain.splice(at, 2);
  }

  for (const argument of spec.arguments) {
    if (argument.key || argument.after !== undefined) continue;
    const word = plain.shift();
    if (word !== undefined) given.set(argument, word);
    else if (argument.required) return { ok: false, fault: missing(spec, argument, words, line, context) };
  }
  const surplus = plain[0];
  if (surplus !== undefined) {
    return { ok: false, fault: tooMany(spec, words, surplus, new Set(given.keys()), line) };
  }

  for (const [argument, word] of given) {
    const fault = valueFault(spec, argument, word, line);
    if (fault !== null) return { ok: false, fault };
  }
  if (spec.rest === null && rest !== null) {
    return fail(
      `${spec.verb} takes nothing after --`,
      line.text.slice(0, line.text.length - rest.length).replace(/\s*(--|—|–)\s*$/, ''),
    );
  }
  if (spec.rest !== null && (rest === null || rest.trim() === '')) {
    return fail(`the command to run is missing: write it after --, as in ${spec.examples[0]?.line}`);
  }
  const values = [...given].map(([argument, word]) => [argument.name, textOf(argument, word)] as const);
  return {
    ok: true,
    arguments: { values: Object.fromEntries(values), flags, settings: Object.fromEntries(settings), rest },
  };
}

/** The value of an argument: of `tail=5` the part after the `=`. */
function textOf(argument: ArgumentSpec, word: Word): string {
  return argument.key ? word.text.slice(word.equals + 1) : word.text;
}

function takeKey(
  spec: CommandSpec,
  word: Word,
  line: Line,
  given: Map<ArgumentSpec, Word>,
  settings: Map<string, string>,
): Fault | null {
  const key = word.text.slice(0, word.equals);
  const keys = spec.arguments.filter((argument) => argument.key);
  const argument = keys.find((candidate) => candidate.name === key.toLowerCase());
  const without = line.replace(word, '');
  if (argument !== undefined ? given.has(argument) : settings.has(key)) {
    return { message: `${key}= is given twice`, repairs: [without] };
  }
  if (argument !== undefined) {
    given.set(argument, word);
    return null;
  }
  // The unquoted text up to the first = is the same in the line, but for dashes that were put right.
  const value = line.text.slice(line.text.indexOf('=', word.start), word.end);
  const bare = key.replace(/^-+/, '');
  if (bare !== key) {
    const message = `${show(key)} is not understood: write ${bare === '' ? 'key' : bare}=value, without dashes`;
    return { message, repairs: [line.replace(word, bare + value), without] };
  }
  if (key === '')
    return { message: `the key before ${show(word.text)} is missing: write key=value`, repairs: [without] };
  if (spec.settings !== null) {
    if (!/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/.test(key)) {
      const message = `${show(key)} cannot be a key: letters, digits, _ and -, beginning with a letter`;
      return { message, repairs: [without] };
    }
    settings.set(key, word.text.slice(word.equals + 1));
    return null;
  }
  if (keys.length === 0)
    return { message: `${spec.verb} takes no key=value, so not ${show(word.text)}`, repairs: [without] };
  const meant = nearest(
    key,
    keys.map((candidate) => candidate.name),
  );
  const known = keys.map((candidate) => `${candidate.name}=`).join(', ');
  return {
    message: `${spec.verb} has no ${show(`${key}=`)}; ${meant === null ? `it has ${known}` : `did you mean ${meant}=?`}`,
    repairs: meant === null ? [without] : [line.replace(word, meant + value), without],
  };
}

function missing(
  spec: CommandSpec,
  argument: ArgumentSpec,
  words: readonly Word[],
  line: Line,
  context: ParseContext,
): Fault {
  const what = argument.kind === 'node' ? 'environment' : argument.kind;
  const known = choices(argument, context);
  const after = words
    .slice(1)
    .find((word) => !word.quoted && spec.arguments.some((a) => a.after === word.text.toLowerCase()));
  const spot = after === undefined ? '' : ` before "${after.text}"`;
  const message = `${spec.verb} needs ${article(what)}${argument.kind === 'snapshot' ? "'s name" : ''}${spot}${spec.verb === 'provision' ? '' : listed(known)}`;
  const last = words[argument.kind === 'snapshot' ? words.length - 1 : 0];
  const only = spec.verb === 'provision' ? unused('demo', known) : known.length === 1 ? known[0] : undefined;
  return { message, repairs: only === undefined || last === undefined ? [] : [line.after(last, only)] };
}

function unused(name: string, taken: readonly string[]): string {
  for (let number = 2; ; number++) {
    const candidate = number === 2 ? name : `${name}-${number - 1}`;
    if (!taken.includes(candidate)) return candidate;
  }
}

/** The names that there are for an argument. */
function choices(argument: ArgumentSpec, context: ParseContext): readonly string[] {
  if (['environment', 'node', 'comparison'].includes(argument.kind)) return context.environments;
  if (argument.kind === 'blueprint') return context.blueprints;
  return argument.kind === 'pool' ? context.pools : [];
}

/** `: one of ex, demo`; nothing if there is nothing to choose from. */
function listed(names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > 5 ? ' …' : '';
  return names.length === 1 ? `: there is ${names[0]}` : `: one of ${names.slice(0, 5).join(', ')}${more}`;
}

function valueFault(spec: CommandSpec, argument: ArgumentSpec, word: Word, line: Line): Fault | null {
  const text = textOf(argument, word);
  const put = (value: string) => line.replace(word, argument.key ? `${argument.name}=${value}` : value);
  const drop = argument.required ? [] : [line.replace(word, '')];
  if (argument.kind === 'verb') return null;
  if (argument.kind === 'count') {
    if (/^\d{1,9}$/.test(text) && Number(text) >= 1 && Number(text) <= LARGEST_COUNT) return null;
    const digits = /\d+/.exec(text)?.[0];
    const message = `${argument.name}= must be a whole number from 1 to ${LARGEST_COUNT}, not ${show(text)}`;
    const near =
      digits === undefined ? [] : [put(String(Math.min(Math.max(Number(digits), 1), LARGEST_COUNT)))];
    return { message, repairs: [...near, ...drop] };
  }
  if (argument.kind === 'snapshot' && argument.after !== undefined && text === 'baseline') return null;
  if (argument.kind === 'comparison' && text === 'baseline') return null;
  const [name = '', ...nodes] = argument.kind === 'node' ? text.split('/') : [text];
  const what = argument.kind === 'node' || argument.kind === 'comparison' ? 'environment' : argument.kind;
  if (what === 'environment' && argument.kind !== 'node' && name.includes('/')) {
    const message = `${spec.verb} takes a whole environment, not one node of it as in ${show(name)}`;
    return { message, repairs: [put(name.slice(0, name.indexOf('/')))] };
  }
  const fault = nameFault(what, name);
  if (fault !== null) {
    const repairs = fault.instead === null ? drop : [put([fault.instead, ...nodes].join('/'))];
    return { message: fault.message, repairs };
  }
  if (nodes.length === 0) return null;
  const node = nodes[0] ?? '';
  if (node === '')
    return { message: `a node's name is missing after ${show(`${name}/`)}`, repairs: [put(name)] };
  if (nodes.length > 1) {
    return {
      message: `${show(text)} has more than one /: write environment/node`,
      repairs: [put(`${name}/${node}`)],
    };
  }
  const wrong = nameFault('node', node);
  return (
    wrong && {
      message: wrong.message,
      repairs: [put(wrong.instead === null ? name : `${name}/${wrong.instead}`)],
    }
  );
}
