import type { Answers, Contender } from '../contender.ts';
import { readTagged } from '../contender.ts';
import type { CpuGroup } from '../cpu/meter.ts';
import type { Deployday } from './process.ts';

export const NAME = 'Deployday';

export interface DeploydayTask {
  /** Default `Deployday`. */
  readonly name?: string;
  readonly environment: string;
  readonly nodes: number;
  /** The line that is typed. */
  readonly line: string;
  /** Takes away what an earlier run left on the nodes. */
  readonly prepare?: () => Promise<void>;
  /** Throws unless what is stored of the run is right. */
  readonly check: (answers: Answers) => void | Promise<void>;
}

/** From the typed line to the outcome told, with everything stored. */
export function deploydayContender(
  deployday: Deployday,
  groups: { client: CpuGroup; database: CpuGroup },
  task: DeploydayTask,
): Contender {
  const { environment, line } = task;
  let last = 0;
  return {
    name: task.name ?? NAME,
    ...groups,
    ...(task.prepare ? { prepare: task.prepare } : {}),
    async run() {
      const run = await deployday.begin(environment, line);
      last = run.id;
      const told = await run.outcome;
      if (/\b(failed|broke|cancelled|unknown|waiting|refused)\b/.test(told)) throw new Error(told);
    },
    async check() {
      const { tasks } = JSON.parse(await deployday.get(`/api/runs/${last}`)) as RunAnswer;
      const wrong = tasks.find(({ state, exitCode }) => state !== 'done' || exitCode !== 0);
      if (wrong) throw new Error(`${wrong.node}, ${wrong.step}: ${wrong.state}, exit code ${wrong.exitCode}`);
      await task.check(await answersOf(deployday, last, task.nodes));
    },
  };
}

interface RunAnswer {
  readonly tasks: readonly {
    readonly step: string;
    readonly node: string | null;
    readonly state: string;
    readonly exitCode: number | null;
  }[];
}

/** A log says whose its lines are where there is more than one node. */
async function answersOf(deployday: Deployday, run: number, nodes: number): Promise<Answers> {
  const log = await deployday.get(`/runs/${run}/log`);
  return nodes > 1 ? readTagged(log, ': ') : new Map([[nodeName(1), log.split('\n').slice(0, -1)]]);
}

/** What Deployday calls the nth node of an environment of the role `node`. */
export const nodeName = (n: number) => `node-${n}`;
