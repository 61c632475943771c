import { z } from 'zod';

/** A refusal as the Web API tells it: `{ok: false, error}`. */
export class Refused extends Error {
  readonly messages: readonly string[];
  constructor(error: string, messages: readonly string[] = []) {
    super(error);
    this.messages = messages;
  }
}

/** Arguments come as a form: JSON and booleans are texts there. */
export const json = <T extends z.ZodType>(type: T) =>
  z.preprocess((value) => (typeof value === 'string' ? JSON.parse(value) : value), type);
export const flag = json(z.boolean());
export const number = z.coerce.number().int();

export type Method = (args: Record<string, unknown>) => Record<string, unknown>;

/** A method that takes these arguments and no others. */
export function method<T extends z.ZodType>(
  schema: T,
  run: (args: z.output<T>) => Record<string, unknown>,
): Method {
  return (args) => run(as(schema, args, 'invalid_arguments'));
}

/** The value if it is of this form; otherwise it is refused. */
export function as<T extends z.ZodType>(schema: T, value: unknown, error: string): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const messages = parsed.error.issues.map(
    ({ path, message }) => `[ERROR] ${message} [json-pointer:/${path.join('/')}]`,
  );
  throw new Refused(error, messages);
}
