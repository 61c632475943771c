import { countStates } from './signs.ts';

/** A run as it is drawn. Times are ISO 8601, UTC. */
export interface RunToDraw {
  readonly id: number;
  readonly environment: string;
  readonly kind: string;
  readonly state: string;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** In the plan's order. */
  readonly tasks: readonly TaskToDraw[];
}

export interface TaskToDraw {
  readonly step: string;
  readonly title: string;
  /** Null: a step of the run itself. */
  readonly node: string | null;
  readonly state: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** The tasks of one step, in the plan's order. */
export interface StepToDraw {
  readonly title: string;
  readonly tasks: readonly TaskToDraw[];
}

export function stepsOf({ tasks }: Pick<RunToDraw, 'tasks'>): StepToDraw[] {
  const steps = new Map<string, TaskToDraw[]>();
  for (const task of tasks) {
    const known = steps.get(task.step);
    if (known) known.push(task);
    else steps.set(task.step, [task]);
  }
  return [...steps.values()].map((group) => ({ title: group[0]?.title ?? '', tasks: group }));
}

/** `ex · provision · run 14 · succeeded`. */
export function titleOf({ environment, kind, id, state }: RunToDraw): string {
  return `${environment} · ${kind} · run ${id} · ${state}`;
}

/** `12 done, 1 failed, 3 waiting` of all tasks. */
export function countsInWords({ tasks }: Pick<RunToDraw, 'tasks'>): string {
  const counts = countStates(tasks.map(({ state }) => state));
  return counts.map(([state, count]) => `${count} ${state}`).join(', ') || 'no tasks';
}

const MOST_NAMED = 3;

/** `failed: keystone on controller`; '' when nothing went wrong. */
export function problemsInWords({ tasks }: Pick<RunToDraw, 'tasks'>): string {
  const problems = tasks.filter(({ state }) => ['failed', 'broke', 'unknown'].includes(state));
  const named = problems
    .slice(0, MOST_NAMED)
    .map(({ title, node, state }) => `${state}: ${title}${node === null ? '' : ` on ${node}`}`);
  const more = problems.length > MOST_NAMED ? ` and ${problems.length - MOST_NAMED} more` : '';
  return named.join('; ') + more;
}
