import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Environment, Node } from '../../db/environments.ts';
import type { Run, TaskRow } from '../../db/runs.ts';
import type { Links } from '../links.ts';
import { progress } from './board.ts';
import { ago, short } from './words.ts';

export interface StatusView {
  readonly environment: Environment;
  readonly nodes: readonly Node[];
  /** The newest run, whether it goes on or has ended. */
  readonly run: { readonly run: Run; readonly tasks: readonly TaskRow[] } | null;
  readonly snapshots: readonly { name: string; createdAt: Date }[];
  readonly links: Links;
}

/** `status <env>`: state, nodes, the last run, the snapshots, the link. */
export function statusBoard({ environment, nodes, run, snapshots, links }: StatusView): OutgoingMessage {
  const link = links.environment(environment.name);
  const last = run ? `; ${lastRun(run.run, run.tasks)}` : '';
  const kept = snapshots.map((snapshot) => `${snapshot.name} (${ago(snapshot.createdAt)})`).join(', ');
  return {
    text: `${environment.name}: ${environment.state}, from ${environment.blueprint} in pool ${environment.pool}${last}\n${link}`,
    blocks: [
      {
        type: 'table',
        columns: ['node', 'machine', 'address', 'state'],
        rows: nodes.map((node) => [node.name, node.machine, node.address ?? '-', node.state]),
      },
      ...(kept ? [{ type: 'text', text: `snapshots: ${kept}` } as const] : []),
    ],
    link,
  };
}

function lastRun(run: Run, tasks: readonly TaskRow[]): string {
  if (run.state === 'waiting')
    return `"${short(run.command, 60)}" waits for an answer about ${waitingFor(tasks)}`;
  if (run.endedAt === null) return `"${short(run.command, 60)}" goes on: ${progress(tasks)}`;
  return `"${short(run.command, 60)}" ${run.state} ${ago(run.endedAt)}: ${run.summary ?? ''}`;
}

function waitingFor(tasks: readonly TaskRow[]): string {
  const steps = new Set(tasks.filter(({ state }) => state === 'unknown').map(({ step }) => step));
  return `${[...steps].join(', ')}: resolve … done, again or failed`;
}
