/** An answer that is not what was asked for: HTTP status, a word for programs, and what people can do about it. */
export class Problem extends Error {
  readonly status: number;
  /** For programs: `not-found`, `bad-input` … */
  readonly error: string;
  readonly hint: string;
  /** The key of the request that is wrong, if one is. */
  readonly key: string | undefined;

  constructor(status: number, error: string, message: string, hint: string, key?: string) {
    super(message);
    this.name = 'Problem';
    this.status = status;
    this.error = error;
    this.hint = hint;
    this.key = key;
  }
}

export function notFound(message: string, hint: string): Problem {
  return new Problem(404, 'not-found', message, hint);
}

export function badInput(key: string, message: string, hint: string): Problem {
  return new Problem(400, 'bad-input', `${key}: ${message}`, hint, key);
}

/** PostgreSQL's classes 08 (connection) and 57P (shutting down), and what the socket says when nobody is there. */
const UNREACHABLE = /^(08|57P)|^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT)$/;

/** Any thrown thing as a Problem; what we did not expect keeps its details to the log. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const { code, statusCode, message } = error as Error & { code?: unknown; statusCode?: unknown };
    if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
      return new Problem(statusCode, 'bad-request', message, 'See /api/openapi.json for what can be asked.');
    }
    if ((typeof code === 'string' && UNREACHABLE.test(code)) || /^timeout exceeded when/.test(message)) {
      return new Problem(
        503,
        'no-database',
        'The database does not answer.',
        'Try again in a moment; /readyz tells when it is back.',
      );
    }
  }
  return new Problem(
    500,
    'internal',
    'Something broke while this was answered.',
    'The cause is in the log of deployday.',
  );
}
