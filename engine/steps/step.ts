import type { Database } from '../../db/client.ts';
import type { Environment, Node } from '../../db/environments.ts';
import type { Hold, Run, TaskRow } from '../../db/runs.ts';
import type { TaskOutput } from '../line-writer.ts';
import type { NodeLink } from '../node-link.ts';
import type { Provider } from '../provider.ts';
import { attemptId } from '../task-names.ts';

/** How a task ended. Failed: the step said no. Broke: we could not find out. Unknown: it ran, and left no answer. */
export interface StepResult {
  readonly state: 'done' | 'failed' | 'broke' | 'cancelled' | 'unknown';
  readonly exitCode?: number;
  /** One line for people, secrets masked: evidence, or why it did not get done. */
  readonly detail?: string;
  /** Something of it goes on on the node although it was to end. */
  readonly stillRuns?: boolean;
}

/** All that a step may use. */
export interface StepContext {
  readonly task: TaskRow;
  readonly run: Run;
  readonly hold: Hold;
  readonly environment: Environment;
  readonly database: Database;
  /** An earlier process began it: its node may have it. */
  readonly recovered: boolean;
  readonly output: TaskOutput;
  /** Tells people what the task waits for, until it ends: the boards and the page show it. Rejects with HoldLost. */
  readonly tell: (detail: string) => Promise<void>;
  readonly cancel: AbortSignal;
  /** Rejects with HoldLost unless this process surely holds the run. */
  readonly checkHeld: () => Promise<void>;
  /** This process lets go of the run: what it began on its own host must end. Tasks on nodes go on. */
  readonly released: AbortSignal;
  /** The machine and what belongs to it; null for the run's own steps. */
  readonly on: StepMachine | null;
  /** A pool's provider, for the run's own steps that concern all machines. */
  readonly provider: (pool: string) => Provider;
  /** The node's environment and all of its nodes, read once for many tasks. */
  readonly around: (node: Node) => Promise<Surroundings>;
  /** The content of a file that is copied, by its SHA-256; read once for many tasks. */
  readonly content: (sha256: string) => Promise<Buffer>;
  /** What every script of the environment gets: its names, addresses and parameters. */
  readonly env: (node: Node) => Promise<Record<string, string>>;
}

/** An environment with its nodes as they are now. */
export interface Surroundings {
  readonly environment: Environment;
  readonly nodes: readonly Node[];
}

export interface StepMachine {
  readonly node: Node;
  readonly provider: Provider;
  readonly link: NodeLink;
}

/** The machine of a step that cannot be planned without one. */
export function machineOf(context: StepContext): StepMachine {
  if (!context.on) throw new Error(`step ${context.task.step} was planned without a node`);
  return context.on;
}

/** Names a part of what the task's attempt does on its node, for ever; the script itself has no word of its own. */
export function remoteId({ run, task }: StepContext, part: string): string {
  return `${attemptId(run, task.ordinal, task.attempt)}${part}`;
}
