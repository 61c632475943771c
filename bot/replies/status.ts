import type { OutgoingMessage, TableBlock } from '../../adapters/message.ts';
import type { Environment, Node } from '../../db/environments.ts';
import type { Run, TaskRow } from '../../db/runs.ts';
import type { Links } from '../links.ts';
import { progress } from './board.ts';
import { moodOf } from './mood.ts';
import { repairIt, whileItGoesOn } from './next-buttons.ts';
import { boardBlock } from './run-picture.ts';
import { ago, short } from './words.ts';

export interface StatusView {
  readonly environment: Environment;
  readonly nodes: readonly Node[];
  /** The run that goes on, or else the one that ended last. */
  readonly run: { readonly run: Run; readonly tasks: readonly TaskRow[] } | null;
  readonly snapshots: readonly { name: string; createdAt: Date }[];
  /** A check failed that names a step which mends it. */
  readonly mayBeRepaired: boolean;
  readonly links: Links;
}

/** `status <env>`: state, nodes, the last run, the snapshots, the link. */
export function statusBoard({
  environment,
  nodes,
  run,
  snapshots,
  mayBeRepaired,
  links,
}: StatusView): OutgoingMessage {
  const link = links.environment(environment.name);
  const last = run ? `; ${lastRun(environment.name, run.run, run.tasks)}` : '';
  const mood = moodOf(environment.state);
  const goesOn = run !== null && run.run.endedAt === null;
  const offersRepair = mayBeRepaired && !goesOn;
  const mend = offersRepair ? `. Mend: repair ${environment.name}` : '';
  const kept = snapshots.map((snapshot) => `${snapshot.name} (${ago(snapshot.createdAt)})`).join(', ');
  return {
    ...(mood === undefined ? {} : { mood }),
    text: `${environment.name}: ${environment.state}, from ${environment.blueprint} in pool ${environment.pool}${last}${mend}\n${link}`,
    blocks: [
      nodeTable(nodes),
      ...(kept ? [{ type: 'text', text: `snapshots: ${kept}` } as const] : []),
      ...(run !== null && run.run.state !== 'succeeded' ? boardBlock(run.run, run.tasks) : []),
    ],
    ...(goesOn ? whileItGoesOn(environment.name) : {}),
    ...(offersRepair ? { buttons: [repairIt(environment.name)] } : {}),
    link,
  };
}

/** More of them are told by role: a channel is no place for 500 lines. */
const MOST_NODES = 24;

function nodeTable(nodes: readonly Node[]): TableBlock {
  if (nodes.length <= MOST_NODES) {
    const rows = nodes.map((node) => [node.name, node.machine, node.address ?? '-', node.state]);
    return { type: 'table', columns: ['node', 'machine', 'address', 'state'], rows };
  }
  const groups = new Map<string, Node[]>();
  for (const node of nodes) {
    const key = `${node.role} ${node.state}`;
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  const rows = [...groups.values()].map((group) => [
    group[0]?.role ?? '',
    group[0]?.state ?? '',
    String(group.length),
    group.length <= 3
      ? group.map(({ name }) => name).join(', ')
      : `${group[0]?.name} … ${group.at(-1)?.name}`,
  ]);
  return { type: 'table', columns: ['role', 'state', 'nodes', 'which'], rows };
}

function lastRun(environment: string, run: Run, tasks: readonly TaskRow[]): string {
  if (run.state === 'waiting')
    return `"${short(run.command, 60)}" waits for an answer: ${waitingFor(environment, tasks)}`;
  if (run.endedAt === null) return `"${short(run.command, 60)}" goes on: ${progress(tasks)}`;
  return `"${short(run.command, 60)}" ${run.state} ${ago(run.endedAt)}: ${run.summary ?? ''}`;
}

/** The lines to type. */
function waitingFor(environment: string, tasks: readonly TaskRow[]): string {
  const steps = new Set(tasks.filter(({ state }) => state === 'unknown').map(({ step }) => step));
  return [...steps].map((step) => `resolve ${environment} ${step} done, again or failed`).join(' · ');
}
