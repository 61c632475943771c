import type { Database } from '../../../db/client.ts';
import { insertEnvironment, setEnvironmentState } from '../../../db/environments.ts';
import { appendEvent } from '../../../db/events.ts';
import { appendOutput } from '../../../db/output.ts';
import { type Hold, insertRun, type TaskChange, takeHold, updateRun, updateTask } from '../../../db/runs.ts';
import { type EnvironmentState, nodes, type RunKind, type RunState, tasks } from '../../../db/schema.ts';
import { createRowCutter } from '../../../engine/output/rows.ts';

export interface SeededRun {
  readonly id: number;
  readonly hold: Hold;
  /** Task ids by `step@node`. */
  readonly tasks: Readonly<Record<string, number>>;
  /** Stores lines of a task, and notifies. */
  print(task: string, ...lines: string[]): Promise<void>;
  change(task: string, change: TaskChange): Promise<void>;
  end(state: RunState, summary: string, environmentState: EnvironmentState): Promise<void>;
}

export interface SeededEnvironment {
  readonly id: number;
  readonly name: string;
  run(options?: { kind?: RunKind; command?: string; steps?: Record<string, string> }): Promise<SeededRun>;
  setState(state: EnvironmentState): Promise<void>;
}

/** An environment as the engine would write it; `nodeNames` like `controller`, `compute-2`. */
export async function seedEnvironment(
  { db }: Database,
  name: string,
  options: { blueprint?: string; state?: EnvironmentState; nodeNames?: readonly string[] } = {},
): Promise<SeededEnvironment> {
  const { blueprint = 'hello', state = 'provisioning', nodeNames = ['node'] } = options;
  const nodeIds = new Map<string, number>();
  const id = await db.transaction(async (tx) => {
    const environment = await insertEnvironment(tx, {
      name,
      blueprint,
      pool: 'lab',
      state,
      params: { size: 'mini' },
      secrets: { admin_password: 'correct-horse' },
    });
    for (const [at, nodeName] of nodeNames.entries()) {
      const [row] = await tx
        .insert(nodes)
        .values({
          environmentId: environment.id,
          pool: 'lab',
          machine: `${name}-n${at + 1}`,
          name: nodeName,
          role: nodeName.replace(/-\d+$/, ''),
          index: Number(/\d+$/.exec(nodeName)?.[0] ?? 1),
          address: `10.77.${environment.id}.${at + 11}`,
          state: 'up',
        })
        .returning({ id: nodes.id });
      nodeIds.set(nodeName, row?.id as number);
    }
    await appendEvent(tx, { kind: 'environment.created', environmentId: environment.id });
    return environment.id;
  });

  async function setState(next: EnvironmentState): Promise<void> {
    await db.transaction(async (tx) => {
      await setEnvironmentState(tx, id, next);
      await appendEvent(tx, { kind: 'environment.state', environmentId: id, data: { state: next } });
    });
  }

  return {
    id,
    name,
    setState,
    async run({
      kind = 'provision',
      command = `provision ${name} from ${blueprint}`,
      steps = { greet: 'Greet' },
    } = {}) {
      const plan = Object.entries(steps).flatMap(([step, title]) =>
        nodeNames.map((nodeName) => ({
          step,
          title,
          nodeId: nodeIds.get(nodeName) as number,
          action: {},
          needs: [],
          needsHere: [],
          after: [],
          slots: 0,
          onFailure: 'skip' as const,
        })),
      );
      const run = await db.transaction(async (tx) => {
        const inserted = await insertRun(
          tx,
          {
            environmentId: id,
            kind,
            command,
            blueprint: { steps: [], teardown: [] },
            requester: 'console:local',
            channel: 'console:local',
          },
          plan,
        );
        await appendEvent(tx, { kind: 'run.queued', environmentId: id, runId: inserted.id });
        return inserted;
      });
      const hold = (await takeHold(db, run.id, 'test', 600)) as Hold;
      await updateRun(db, hold, { state: 'running', startedAt: new Date() });
      const rows = await db.select({ id: tasks.id, ordinal: tasks.ordinal, runId: tasks.runId }).from(tasks);
      const names = [...Object.keys(steps)].flatMap((step) =>
        nodeNames.map((nodeName) => `${step}@${nodeName}`),
      );
      const taskIds = Object.fromEntries(
        names.map((key, ordinal) => [
          key,
          rows.find((row) => row.runId === run.id && row.ordinal === ordinal)?.id ?? 0,
        ]),
      );
      return {
        id: run.id,
        hold,
        tasks: taskIds,
        async print(task, ...lines) {
          const rows = createRowCutter().cut(Buffer.from(lines.map((line) => `${line}\n`).join('')), true);
          await appendOutput(db, hold, [{ taskId: taskIds[task] as number, rows, offset: 0 }]);
        },
        async change(task, change) {
          await db.transaction(async (tx) => {
            await updateTask(tx, hold, taskIds[task] as number, change);
            await appendEvent(tx, {
              kind: 'task.state',
              environmentId: id,
              runId: run.id,
              taskId: taskIds[task] as number,
            });
          });
        },
        async end(state, summary, environmentState) {
          await db.transaction(async (tx) => {
            await updateRun(tx, hold, { state, summary, endedAt: new Date() });
            await setEnvironmentState(tx, id, environmentState);
            await appendEvent(tx, { kind: 'run.ended', environmentId: id, runId: run.id });
          });
        },
      };
    },
  };
}
