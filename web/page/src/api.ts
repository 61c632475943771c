import type { ProblemAnswer } from '../../answers.ts';

export type {
  BlueprintView,
  Differences,
  Environment,
  EnvironmentSummary,
  EventNotice,
  Line,
  NodeAnswer,
  Outcome,
  PoolView,
  Run,
  RunSummary,
  Task,
} from '../../answers.ts';

export type { SessionAnswer, SessionSummary } from '../../answers-day.ts';

/** What the server says is wrong with a request. */
export class Refused extends Error {
  readonly status: number;
  readonly hint: string;

  constructor(status: number, problem: ProblemAnswer) {
    super(problem.message);
    this.status = status;
    this.hint = problem.hint;
  }
}

/** An answer of the API. Rejects with Refused when it says no, with another error when it does not answer. */
export async function get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  const response = await fetch(path, {
    headers: { accept: 'application/json' },
    ...(signal ? { signal } : {}),
  });
  if (response.ok) return (await response.json()) as Answer;
  throw new Refused(response.status, (await response.json()) as ProblemAnswer);
}

/** True when asking again later may help. */
export function isPassing(error: unknown): boolean {
  return !(error instanceof Refused) || error.status >= 500;
}
