import type { Queryable } from '../db/client.ts';
import { nodeById } from '../db/environments.ts';
import type { Run, TaskRow } from '../db/runs.ts';
import { Refusal } from './refusal.ts';

/** What people call a task: its step, and the node after `@`. */
export async function nameOf(db: Queryable, task: TaskRow): Promise<string> {
  if (task.nodeId === null) return task.step;
  return `${task.step}@${(await nodeById(db, task.nodeId)).name}`;
}

export interface NamedTask {
  readonly task: TaskRow;
  readonly name: string;
}

/** The unknown tasks that people mean: all of a step, or that of one node. */
export async function findUnknown(
  db: Queryable,
  environment: string,
  tasks: readonly TaskRow[],
  what: string,
): Promise<NamedTask[]> {
  const unknown: NamedTask[] = [];
  // One after the other: in a transaction there is one connection for all.
  for (const task of tasks)
    if (task.state === 'unknown') unknown.push({ task, name: await nameOf(db, task) });
  const meant = unknown.filter(({ task, name }) => name === what || task.step === what);
  if (meant.length > 0) return meant;
  if (unknown.length === 0) {
    throw new Refusal(
      `no task of ${environment} is unknown`,
      `status ${environment} shows how its last run goes`,
    );
  }
  const names = unknown.slice(0, 5).map(({ name }) => name);
  throw new Refusal(
    `${what} is not unknown on ${environment}`,
    `unknown: ${names.join(', ')}${unknown.length > names.length ? ' …' : ''}`,
  );
}

/** What the names of all attempts of a task begin with on its node, and of no other task. */
export const attemptsPrefix = ({ key }: Pick<Run, 'key'>, ordinal: number): string => `${key}-${ordinal}-`;

/** What an attempt of a task is called on its node: of all runs of all bots it is the only one. */
export const attemptId = ({ key }: Pick<Run, 'key'>, ordinal: number, attempt: number): string =>
  `${key}-${ordinal}-${attempt}`;
