import type { Database } from '../db/client.ts';
import { appendEvent } from '../db/events.ts';
import { type Hold, HoldLost, type Run, type TaskRow } from '../db/runs.ts';
import { keepHold } from '../db/tasks.ts';
import type { Action } from './plan.ts';
import type { StepMachine } from './steps/step.ts';

/** What `run.ending` says: how far the end of a run is that somebody asked for, and what it waits for. */
export interface Ending {
  readonly environment: string;
  /** Tasks that were running when somebody asked; those of them that still are come in `open`, as many as are named. */
  readonly tasks: number;
  readonly openTasks: number;
  readonly open: readonly { readonly step: string; readonly node: string | null; readonly why: string }[];
}

export interface EndingOptions {
  readonly database: Database;
  readonly hold: Hold;
  readonly run: Run;
  readonly environment: string;
  /** Tasks that are under way now. */
  readonly running: () => readonly TaskRow[];
  readonly machine: (nodeId: number) => Promise<StepMachine>;
  readonly log: (line: string) => void;
}

/** What ends by itself has ended by then; who waits is told what is still open, and later what still is. */
const TOLD_AFTER_MS = [3_000, 10_000];
const MOST_NAMED = 5;

/** Tells people what the end of a run waits for, and why. Returns the way to stop. */
export function followEnding(options: EndingOptions): () => void {
  const { database, hold, run, environment, running, log } = options;
  const before = running().length;
  const pauses = [...TOLD_AFTER_MS];
  let timer: NodeJS.Timeout | undefined;

  async function tell(): Promise<void> {
    const open = running();
    if (open.length === 0) return;
    const named = await Promise.all(open.slice(0, MOST_NAMED).map(describe));
    const data = { environment, tasks: Math.max(before, open.length), openTasks: open.length, open: named };
    await database.db.transaction(async (tx) => {
      await keepHold(tx, hold);
      const { id: runId, environmentId, channel } = run;
      await appendEvent(tx, { kind: 'run.ending', runId, environmentId, channel, data });
    });
  }

  async function describe({ step, nodeId, action }: TaskRow): Promise<Ending['open'][number]> {
    const machine = nodeId === null ? null : await options.machine(nodeId);
    const { kind } = action as Action;
    const why = UNBREAKABLE.has(kind)
      ? 'the pool is at work and cannot be interrupted'
      : (machine?.link.trouble() ?? 'no answer from its node yet');
    return { step, node: machine?.node.name ?? null, why };
  }

  function next(): void {
    const pause = pauses.shift();
    if (pause === undefined) return;
    timer = setTimeout(() => {
      tell().catch((error: Error) => {
        if (!(error instanceof HoldLost)) log(`run ${run.id}: telling what is open: ${error.message}`);
      });
      next();
    }, pause);
  }

  next();
  return () => clearTimeout(timer);
}

/** What a provider does with a machine is done to its end. */
const UNBREAKABLE: ReadonlySet<Action['kind']> = new Set(['create', 'reset', 'snapshot', 'destroy']);
