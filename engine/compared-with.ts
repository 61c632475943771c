import type { Queryable } from '../db/client.ts';
import { type Environment, findEnvironment } from '../db/environments.ts';
import { factTimes, latestRecords, recordsOfRun } from '../db/facts.ts';
import { BASELINE, findSnapshot } from '../db/snapshots.ts';
import { parseDuration } from './duration.ts';
import { Refusal } from './refusal.ts';

/** What an environment is compared with, as data that a run keeps. */
export type ComparedWith =
  | { readonly kind: 'snapshot'; readonly name: string }
  /** Another environment, looked at in the same run. */
  | { readonly kind: 'environment'; readonly name: string }
  /** Itself, as it was last seen up to that time (ISO 8601). */
  | { readonly kind: 'time'; readonly until: string }
  /** Itself, as that run found it. */
  | { readonly kind: 'run'; readonly id: number };

const AGO = /^(\d{1,6}[smhd])-ago$/;
const RUN = /^run-(\d{1,9})$/;

/** Names of this form mean a time or a run, so nothing else can have them. */
export function isTimeOrRun(name: string): boolean {
  return AGO.test(name) || RUN.test(name);
}

/** What `other` means for `environment`: baseline or snapshot, `2h-ago`, `run-12`, or another environment. Throws {@link Refusal}. */
export async function comparedWith(
  tx: Queryable,
  environment: Environment,
  other: string,
  now: Date,
): Promise<ComparedWith> {
  const { id, name } = environment;
  const ago = AGO.exec(other)?.[1];
  if (ago !== undefined) {
    const until = new Date(now.getTime() - parseDuration(ago));
    if ((await latestRecords(tx, id, { until })).length === 0) throw await notSeenThen(tx, environment, ago);
    return { kind: 'time', until: until.toISOString() };
  }
  const run = RUN.exec(other)?.[1];
  if (run !== undefined) {
    const records = await recordsOfRun(tx, Number(run));
    const own =
      records.length > 0 && (await factTimes(tx, id, 10_000)).some(({ runId }) => runId === Number(run));
    if (own) return { kind: 'run', id: Number(run) };
    throw new Refusal(`run ${run} did not look at ${name}`, await lookedAt(tx, environment));
  }
  if (await findSnapshot(tx, id, other)) return { kind: 'snapshot', name: other };
  if (other === BASELINE) throw noBaseline(name);
  if (other !== name && (await findEnvironment(tx, other))) return { kind: 'environment', name: other };
  throw new Refusal(
    `${name} has no snapshot ${other}, and there is no other environment of that name`,
    `or compare with its past: diff ${name} 2h-ago`,
  );
}

export function noBaseline(name: string): Refusal {
  return new Refusal(
    `${name} has no baseline: it is taken when a provision succeeds with all checks passed`,
    `provision ${name}`,
  );
}

async function notSeenThen(tx: Queryable, environment: Environment, ago: string): Promise<Refusal> {
  return new Refusal(`nobody had looked at ${environment.name} ${ago} ago`, await lookedAt(tx, environment));
}

async function lookedAt(tx: Queryable, { id, name }: Environment): Promise<string> {
  const times = (await factTimes(tx, id, 10_000)).reverse();
  const [first] = times;
  if (!first) return `inspect ${name} looks at it now`;
  const some = times.slice(-5).map(({ runId, at }) => `run-${runId} (${clockTime(at)})`);
  return `it was first looked at ${clockTime(first.at)}; last: ${some.join(', ')}`;
}

function clockTime(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
