import { DrizzleQueryError } from 'drizzle-orm/errors';

/** An error for the log: where it came about, without the values of a query that failed, which are people's words or secrets. */
export function withoutValues(error: Error): string {
  if (!(error instanceof DrizzleQueryError)) return error.stack ?? error.message;
  const where = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [
    `Failed query: ${error.query}`,
    ...where,
    `because of ${error.cause?.stack ?? 'nothing known'}`,
  ].join('\n');
}

/** Why it failed, in a line of the log: of a query what the database says, not the query with its values, which may be megabytes. */
export function reasonOf(error: unknown): string {
  const reason = error instanceof DrizzleQueryError ? (error.cause ?? new Error('a query failed')) : error;
  return reason instanceof Error ? reason.message : String(reason);
}

/** The same in a few words, for people: no query, no values. */
export function inFewWords(error: Error): string {
  return error instanceof DrizzleQueryError ? 'a query failed' : (error.message.split('\n')[0] ?? '');
}
