import { setTimeout as delay } from 'node:timers/promises';
import type { Run, TaskRow } from '../db/runs.ts';
import { KEPT_DAYS } from './node-mark.ts';
import type { Action } from './plan.ts';
import type { RunMachines } from './run-machines.ts';
import type { StepMachine } from './steps/step.ts';
import { attemptId } from './task-names.ts';

/** Tidies nodes up after runs, behind everybody's back: no run waits for it, none fails by it. */
export interface Tidier {
  /**
   * Takes the machines of a run that has ended, lets those that are connected forget its tasks, and closes the connections. What
   * cannot be done is left to a later sweep.
   */
  tidy(run: Run, tasks: readonly TaskRow[], machines: RunMachines): void;
  /** Closes what is still open. */
  stop(): void;
}

const SWEEP_EVERY_MS = 86_400_000;
/** How the run ended is told first. */
const PAUSE_MS = 500;
const PATIENCE_MS = 5_000;

export function createTidier(log: (line: string) => void): Tidier {
  const open = new Set<RunMachines>();
  /** When this process last swept a machine: at the start it does not know, and sweeps. */
  const sweptAt = new Map<string, number>();
  let stopped = false;

  async function tidyAll(run: Run, tasks: readonly TaskRow[], machines: RunMachines): Promise<void> {
    await delay(PAUSE_MS);
    if (stopped) return;
    const settled = settledAttempts(run, tasks);
    await Promise.all(
      Array.from(machines.opened(), (machine) => tidyOne(run, machine, settled.get(machine.node.id) ?? [])),
    );
  }

  async function tidyOne(run: Run, { node, link }: StepMachine, ids: readonly string[]): Promise<void> {
    const machine = `${node.pool}/${node.machine}`;
    const isDue = Date.now() - (sweptAt.get(machine) ?? 0) >= SWEEP_EVERY_MS;
    const tidied = await link.tidy(ids, isDue ? KEPT_DAYS : undefined);
    if (tidied.state === 'broke') log(`run ${run.id}: ${node.name} was not tidied up: ${tidied.why}`);
    else if (tidied.state === 'tidied' && isDue) sweptAt.set(machine, Date.now());
  }

  return {
    tidy(run, tasks, machines) {
      open.add(machines);
      void Promise.race([tidyAll(run, tasks, machines), delay(PAUSE_MS + PATIENCE_MS)])
        .catch((error: Error) => log(`run ${run.id}: tidying up: ${error.stack}`))
        .finally(() => {
          open.delete(machines);
          machines.close();
        });
    },
    stop() {
      stopped = true;
      for (const machines of open) machines.close();
    },
  };
}

/**
 * By node, what its scripts' attempts are called there that nobody will ask for again. Nobody knows what became of an unknown
 * task, and one that broke is asked for by `retry`: their last attempts are kept.
 */
function settledAttempts(run: Run, tasks: readonly TaskRow[]): Map<number, string[]> {
  const settled = new Map<number, string[]>();
  for (const { ordinal, nodeId, action, attempt, state } of tasks) {
    if (nodeId === null || (action as Action).kind !== 'script') continue;
    const isOpen = state === 'unknown' || state === 'broke';
    const ids = settled.get(nodeId) ?? [];
    settled.set(nodeId, ids);
    for (let one = 1; one <= (isOpen ? attempt - 1 : attempt); one += 1)
      ids.push(attemptId(run, ordinal, one));
  }
  return settled;
}
