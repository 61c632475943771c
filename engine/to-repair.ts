import type { Queryable } from '../db/client.ts';
import type { Environment } from '../db/environments.ts';
import { latestRuns, type Run, type TaskRow, tasksOf } from '../db/runs.ts';
import type { RunKind } from '../db/schema.ts';
import { cited } from './cited.ts';
import type { Action, NotPassed } from './plan.ts';
import { Refusal } from './refusal.ts';

/** Runs that ask checks. */
const ASKS: ReadonlySet<RunKind> = new Set(['verify', 'repair', 'provision', 'reset']);
/** Of them, those after which what was found before says nothing any more. */
const MAKES_NEW: ReadonlySet<RunKind> = new Set(['provision', 'reset']);

/** How far back the last answers of checks are looked for. */
const RUNS_LOOKED_AT = 50;

/** Whether one of these tasks is a check that said no and names a step that mends it: then `repair` has something to do. */
export function canBeRepaired(tasks: readonly Pick<TaskRow, 'state' | 'action'>[]): boolean {
  return tasks.some((task) => task.state === 'failed' && repairOf(task) !== undefined);
}

/** Whether `repair` has something to do on this environment, as far as is known and nothing runs there. */
export async function mayBeRepaired(
  db: Queryable,
  environment: Pick<Environment, 'id' | 'state'>,
): Promise<boolean> {
  if (environment.state !== 'failed') return false;
  const look = await lastAnswers(db, environment);
  return look?.checks.some((task) => mends(look.run, task)) ?? false;
}

/**
 * The checks that did not pass when they were asked last, one of them with a step that mends it. Throws {@link Refusal} where there
 * is nothing to mend, or nothing is known to mend it.
 */
export async function toRepair(tx: Queryable, environment: Environment): Promise<NotPassed[]> {
  const { name } = environment;
  const look = await lastAnswers(tx, environment);
  if (!look) throw new Refusal(`no check of ${name} has been asked since it was made`, `verify ${name}`);
  const { run, checks } = look;
  const left = checks.filter(({ state }) => state !== 'done');
  const failed = left.filter((task) => isWrong(run, task));
  if (failed.length === 0) {
    throw new Refusal(
      `nothing of ${name} is known to be in need of repair: no check failed by ${cited(run.command)} of ${run.requester}`,
      `verify ${name} asks them anew`,
    );
  }
  if (!failed.some((task) => mends(run, task))) {
    const titles = [...new Set(failed.map(({ title }) => title))].join(', ');
    throw new Refusal(
      `blueprint ${environment.blueprint} names no step that mends what failed on ${name}: ${titles}`,
      `logs ${name} ${failed[0]?.step} tells what to look at`,
    );
  }
  return left.flatMap((task) =>
    task.nodeId === null ? [] : [{ check: task.step, nodeId: task.nodeId, failed: failed.includes(task) }],
  );
}

/** The last run in which checks were answered, if nothing has been made anew since. */
async function lastAnswers(
  tx: Queryable,
  { id }: Pick<Environment, 'id'>,
): Promise<{ readonly run: Run; readonly checks: readonly TaskRow[] } | null> {
  for (const run of await latestRuns(tx, id, RUNS_LOOKED_AT)) {
    if (!ASKS.has(run.kind)) continue;
    const checks = (await tasksOf(tx, run.id)).filter(({ action }) => (action as Action).kind === 'check');
    if (checks.some(({ state }) => state === 'done' || state === 'failed')) return { run, checks };
    if (MAKES_NEW.has(run.kind)) return null;
  }
  return null;
}

/** A repair that was cut off leaves what it was to mend as it was. */
const isWrong = ({ kind }: Run, { state }: TaskRow) =>
  state === 'failed' || (kind === 'repair' && state !== 'done');

const mends = (run: Run, task: TaskRow) => isWrong(run, task) && repairOf(task) !== undefined;

function repairOf({ action }: Pick<TaskRow, 'action'>): string | undefined {
  const { kind, repair } = action as Partial<Extract<Action, { kind: 'check' }>>;
  return kind === 'check' ? repair : undefined;
}
