import { z } from 'zod';
import { didYouMean } from '../engine/blueprint/nearest.ts';
import { badInput } from './problem.ts';

/** PostgreSQL's integer: what a run id can be. */
const LARGEST_ID = 2_147_483_647;

const digits = z.string().regex(/^\d{1,15}$/, 'must be a whole number of at most 15 digits, without a sign');

/** A whole number in a URL. */
export function wholeNumber(min: number, max: number) {
  return digits
    .transform(Number)
    .pipe(z.number().int().min(min, `must be ${min} or more`).max(max, `must be ${max} or less`))
    .meta({ type: 'integer', minimum: min, maximum: max });
}

/** A name in a URL. PostgreSQL's text holds everything but NUL. */
export function nameIn() {
  return z
    .string()
    .min(1, 'must not be empty')
    .max(200, 'is too long')
    .refine((text) => !text.includes('\0'), 'must not contain NUL');
}

export const runParams = z.strictObject({ id: wholeNumber(1, LARGEST_ID).describe("The run's number") });
export const approvalParams = z.strictObject({
  id: wholeNumber(1, LARGEST_ID).describe("The approval's number"),
});
export const environmentParams = z.strictObject({ name: nameIn().describe("The environment's name") });
/** Where a reader of lines or events has come to: the id of the last one it has. */
export const position = wholeNumber(0, Number.MAX_SAFE_INTEGER);

/** Reads a part of the request; what is wrong becomes a 400 that names the key. */
export function read<Shape extends z.ZodObject>(shape: Shape, given: unknown): z.output<Shape> {
  const result = shape.safeParse(given);
  if (result.success) return result.data;
  const known = Object.keys(shape.shape);
  const hint = known.length > 0 ? `Keys that can be given: ${known.join(', ')}.` : 'This takes no keys.';
  const issue = result.error.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    throw badInput(key, `there is no such key here${didYouMean(key, known)}`, hint);
  }
  const key = String(issue?.path[0] ?? '');
  const value = (given as Record<string, unknown>)[key];
  throw badInput(key, `${issue?.message ?? 'is wrong'} (it is ${JSON.stringify(value) ?? 'missing'})`, hint);
}
