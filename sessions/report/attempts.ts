import type { SessionFacts } from './facts.ts';

type Run = SessionFacts['runs'][number];
type Turn = SessionFacts['turns'][number];

/** One try to get a run done: the first, or one that a `retry` began. */
export interface Attempt {
  readonly run: Run;
  /** 1… */
  readonly number: number;
  readonly state: string;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly summary: string | null;
  /** `install@controller`: where it went wrong; null: nobody wrote it down. */
  readonly where: string | null;
  /** What came after it; null: nobody retried it. */
  readonly retried: { readonly by: string | null; readonly state: string } | null;
}

/** Every try of every run, by run, oldest first. Pure. */
export function attemptsOf({ runs, turns }: Pick<SessionFacts, 'runs' | 'turns'>): Attempt[] {
  const byRun = new Map<number, Turn[]>();
  for (const turn of turns) byRun.set(turn.run, [...(byRun.get(turn.run) ?? []), turn]);
  return runs.flatMap((run) => ofRun(run, byRun.get(run.id) ?? []));
}

function ofRun(run: Run, turns: readonly Turn[]): Attempt[] {
  const ends = turns.filter(({ state }) => state !== null);
  const retries = turns.filter(({ state }) => state === null);
  const tries: Attempt[] = ends.map((end, at) => ({
    run,
    number: at + 1,
    state: end.state ?? '',
    startedAt: at === 0 ? run.startedAt : (retries[at - 1]?.at ?? null),
    endedAt: end.at,
    summary: end.summary,
    where: end.where,
    retried: null,
  }));
  // It goes on, or its end was written down before ends were events.
  if (run.endedAt === null || ends.length === 0) {
    const { state, endedAt, summary } = run;
    const startedAt = retries.at(-1)?.at ?? run.startedAt;
    const number = tries.length + 1;
    tries.push({ run, number, state, startedAt, endedAt, summary, where: null, retried: null });
  }
  return tries.map((each, at) => {
    const next = tries[at + 1];
    return next ? { ...each, retried: { by: retries[at]?.by ?? null, state: next.state } } : each;
  });
}

/** What was done, in a report's words: to bless a baseline is a snapshot for the engine, and no snapshot for people. */
export function deedOf({ kind, detail }: Pick<Run, 'kind' | 'detail'>): string {
  return kind === 'snapshot' && detail.snapshot === 'baseline' ? 'promote' : kind;
}
