import { findEnvironment, nodesOf } from '../../db/environments.ts';
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
import type { Names } from '../diff/normalise.ts';
import { diffFacts } from '../diff.ts';
import { gatherScript } from '../facts/gather.ts';
import { readFacts } from '../facts/parse.ts';
import { maskText } from '../mask.ts';
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
      id: remoteId(context, ''),
      script: await script(context, action),
      env: await context.env(node),
      timeoutMs: action.timeoutMs,
      offset: 0,
      knownMark: null,
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
  // Settings come hashed from the node; what a blueprint's own fact script prints is masked here.
  const { secrets } = (await context.around(node)).environment;
  const { facts, complete } = readFacts(
    maskText(Buffer.concat(chunks).toString('utf8'), Object.values(secrets)),
  );
  if (!complete) return { state: 'broke', detail: `the facts of ${node.name} came incomplete` };
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
  const older = await findSnapshot(database.db, environment.id, action.snapshot);
  await putSnapshot(database.db, {
    environmentId: environment.id,
    name: action.snapshot,
    layer: action.layer,
    runId: run.id,
    facts: await factsOfRun(database.db, run.id),
    nodes: nodes.map(({ name, role, address }) => ({ name, role, address: address ?? '' })),
  });
  if (older?.layer && older.layer !== action.layer) {
    const provider = context.provider(environment.pool);
    for (const { machine } of nodes) await provider.dropLayer(machine, older.layer);
  }
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
    names: { left: namesOf(other.nodes), right: namesOf(nodes) },
    same: other.same,
  });
  await updateRun(database.db, hold, { result: differences });
  return {
    state: 'done',
    detail: `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}`,
  };
}

/** Knows what is peculiar to the environment, so that hashes of files that hold it can be compared. */
async function script(context: StepContext, action: Extract<Action, { kind: 'facts' }>): Promise<string> {
  const { node } = machineOf(context);
  const { environment, nodes } = await context.around(node);
  const secrets = Object.entries(environment.secrets).map(([name, value]) => [value, `param ${name}`]);
  const names = { ...Object.fromEntries(secrets), ...namesOf(nodes) };
  return gatherScript(action.spec, node.role, { prelude: action.prelude, names });
}

async function otherSide(
  { database, environment }: StepContext,
  other: string,
): Promise<(Pick<Snapshot, 'facts'> & { nodes: readonly Named[]; same: boolean }) | null> {
  const snapshot = await findSnapshot(database.db, environment.id, other);
  if (snapshot) return { ...snapshot, same: true };
  if (other === BASELINE) return null;
  const found = await findEnvironment(database.db, other);
  if (!found) return null;
  const { facts } = await latestFacts(database.db, found.id);
  return { facts, nodes: await nodesOf(database.db, found.id), same: false };
}

interface Named {
  readonly name: string;
  readonly address: string | null;
}

/** Addresses and host names, and the node that each stands for. */
function namesOf(nodes: readonly Named[]): Names {
  const addresses = nodes.flatMap(({ name, address }) => (address ? [[address, name]] : []));
  return Object.fromEntries([...addresses, ...nodes.map(({ name }) => [name, name])]);
}
