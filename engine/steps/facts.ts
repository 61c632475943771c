import { environmentById, findEnvironment, nodesOf } from '../../db/environments.ts';
import { updateRun } from '../../db/runs.ts';
import {
  BASELINE,
  factsOfRun,
  findSnapshot,
  insertFacts,
  latestFacts,
  putSnapshot,
  type Snapshot,
} from '../../db/snapshots.ts';
import { diffFacts, type SideNames } from '../diff.ts';
import { parseFacts } from '../facts/parse.ts';
import type { Action } from '../plan.ts';
import { scriptResult } from './script.ts';
import { machineOf, remoteId, type StepContext, type StepResult } from './step.ts';

/** More than any real node prints; beyond it something is wrong with the node. */
const MAX_FACTS_BYTES = 32 * 1024 * 1024;

/** Gathers a node's facts in one round trip and stores them. Looking changes nothing, so repeating is safe. */
export async function gatherFacts(
  context: StepContext,
  action: Extract<Action, { kind: 'facts' }>,
): Promise<StepResult> {
  const { node, link } = machineOf(context);
  const chunks: Buffer[] = [];
  let bytes = 0;
  const outcome = await link.run(
    {
      id: remoteId(context, context.recovered ? `-${Date.now().toString(36)}` : ''),
      script: action.script,
      env: await context.env(node),
      timeoutMs: action.timeoutMs,
      offset: 0,
      follow: false,
    },
    (chunk) => {
      bytes += chunk.length;
      if (bytes <= MAX_FACTS_BYTES) chunks.push(chunk);
    },
    context.cancel,
  );
  if (outcome.state !== 'finished' || outcome.exitCode !== 0)
    return scriptResult(outcome, '', action.timeoutMs);
  if (bytes > MAX_FACTS_BYTES)
    return { state: 'broke', detail: `the facts of ${node.name} are larger than 32 MB` };
  const facts = parseFacts(Buffer.concat(chunks));
  await insertFacts(context.database.db, {
    environmentId: node.environmentId,
    runId: context.run.id,
    node: node.name,
    facts,
  });
  const counted = ['packages', 'services', 'files'].map(
    (topic) => `${Object.keys(facts[topic] ?? {}).length} ${topic}`,
  );
  return { state: 'done', exitCode: 0, detail: counted.join(', ') };
}

/** Keeps what the run gathered under a name; as `baseline`, what later diffs and resets go by. */
export async function keepSnapshot(
  context: StepContext,
  action: Extract<Action, { kind: 'keep' }>,
): Promise<StepResult> {
  const { database, environment, run } = context;
  const nodes = await nodesOf(database.db, environment.id);
  await putSnapshot(database.db, {
    environmentId: environment.id,
    name: action.snapshot,
    layer: action.layer,
    runId: run.id,
    facts: await factsOfRun(database.db, run.id),
    nodes: nodes.map(({ name, role, address }) => ({ name, role, address: address ?? '' })),
  });
  return { state: 'done', detail: action.layer ? 'facts and disks' : 'facts only: the pool keeps no disks' };
}

/** Compares what the run gathered with a snapshot or another environment, and stores the differences with the run. */
export async function compareFacts(
  context: StepContext,
  action: Extract<Action, { kind: 'compare' }>,
): Promise<StepResult> {
  const { database, environment, hold } = context;
  const nodes = await nodesOf(database.db, environment.id);
  const here = await latestFacts(database.db, environment.id);
  const other = await otherSide(context, action.other);
  if (!other) return { state: 'failed', detail: `${action.other} is gone` };
  const differences = diffFacts(other.facts, here.facts, {
    left: namesOf(other.nodes),
    right: namesOf(nodes.map(({ name, role, address }) => ({ name, role, address: address ?? '' }))),
  });
  await updateRun(database.db, hold, { result: differences });
  return {
    state: 'done',
    detail: `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}`,
  };
}

async function otherSide(
  { database, environment }: StepContext,
  other: string,
): Promise<Pick<Snapshot, 'facts' | 'nodes'> | null> {
  const snapshot = await findSnapshot(database.db, environment.id, other);
  if (snapshot) return snapshot;
  if (other === BASELINE) return null;
  const found = await findEnvironment(database.db, other);
  if (!found) return null;
  const { id } = await environmentById(database.db, found.id);
  const nodes = await nodesOf(database.db, id);
  const { facts } = await latestFacts(database.db, id);
  return { facts, nodes: nodes.map(({ name, role, address }) => ({ name, role, address: address ?? '' })) };
}

function namesOf(nodes: readonly { name: string; address: string }[]): SideNames {
  return Object.fromEntries(
    nodes.flatMap(({ name, address }) =>
      address
        ? [
            [address, name],
            [name, name],
          ]
        : [[name, name]],
    ),
  );
}
