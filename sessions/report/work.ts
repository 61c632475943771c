import { type Attempt, deedOf } from './attempts.ts';
import type { SessionFacts } from './facts.ts';

/** How runs of one kind went, try by try. Times in ms, of tries that succeeded; null: none did. */
export interface WorkDone {
  readonly kind: string;
  readonly runs: number;
  /** Tries: more than runs where some were retried. All that follows counts them. */
  readonly attempts: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly broke: number;
  readonly cancelled: number;
  readonly unknown: number;
  /** Not ended yet. */
  readonly going: number;
  /** Of those that have ended and were not cancelled, how many succeeded, 0 to 1; null: there are none. */
  readonly rate: number | null;
  readonly medianMs: number | null;
  readonly longestMs: number | null;
}

/** In the order of a report. */
const KINDS = [
  'provision',
  'reset',
  'verify',
  'repair',
  'snapshot',
  'promote',
  'exec',
  'inspect',
  'diff',
  'destroy',
] as const;

export function workDone(attempts: readonly Attempt[]): WorkDone[] {
  return KINDS.flatMap((kind) => {
    const these = attempts.filter(({ run }) => deedOf(run) === kind);
    return these.length === 0 ? [] : [summed(kind, these)];
  });
}

function summed(kind: string, attempts: readonly Attempt[]): WorkDone {
  const number = (state: string) => attempts.filter((each) => each.state === state).length;
  const [succeeded, failed, broke] = [number('succeeded'), number('failed'), number('broke')];
  const [cancelled, unknown] = [number('cancelled'), number('unknown')];
  const judged = succeeded + failed + broke + unknown;
  const times = attempts.filter(({ state }) => state === 'succeeded').flatMap((each) => tookMs(each) ?? []);
  return {
    kind,
    runs: new Set(attempts.map(({ run }) => run.id)).size,
    attempts: attempts.length,
    succeeded,
    failed,
    broke,
    cancelled,
    unknown,
    going: attempts.length - judged - cancelled,
    rate: judged === 0 ? null : succeeded / judged,
    medianMs: median(times),
    longestMs: times.length === 0 ? null : Math.max(...times),
  };
}

/** From its start to its end; null: it has not got there. */
export function tookMs({ startedAt, endedAt }: Pick<Attempt, 'startedAt' | 'endedAt'>): number | null {
  return startedAt && endedAt ? Math.max(0, endedAt.getTime() - startedAt.getTime()) : null;
}

/** Of an even number of them, halfway between the two in the middle. */
export function median(numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}

/** How an environment differed from its baseline when somebody looked last. */
export interface Standing {
  readonly environment: string;
  readonly run: number;
  /** When it was looked at. */
  readonly at: string;
  readonly differences: number;
  /** The most telling ones. */
  readonly first: readonly string[];
  /** Something was changed after that look. */
  readonly stale: boolean;
}

const CHANGES = new Set(['provision', 'reset', 'repair', 'exec']);
/** After these an environment is as its baseline; a promote makes the baseline as it is. */
const MAKES_EQUAL = new Set(['provision', 'reset', 'promote']);

/**
 * Differences that were seen and not mended: of each environment that is still there, the last comparison with the baseline,
 * by a diff or by a verify of a schedule, unless a reset, a provision or a promote has succeeded since.
 */
export function openDifferences(facts: Pick<SessionFacts, 'runs' | 'environments'>): Standing[] {
  return facts.environments.flatMap((environment) => {
    if (environment.destroyedAt !== null) return [];
    const runs = facts.runs.filter((run) => run.environmentId === environment.id);
    const look = runs.findLast(
      (run) => run.differences !== null && (run.detail.other ?? 'baseline') === 'baseline',
    );
    if (!look?.differences || !look.endedAt || look.differences.count === 0) return [];
    const since = runs.filter((run) => run.id > look.id);
    if (since.some((run) => MAKES_EQUAL.has(deedOf(run)) && run.state === 'succeeded')) return [];
    return [
      {
        environment: environment.name,
        run: look.id,
        at: look.endedAt.toISOString(),
        differences: look.differences.count,
        first: look.differences.first,
        stale: since.some((run) => CHANGES.has(run.kind)),
      },
    ];
  });
}
