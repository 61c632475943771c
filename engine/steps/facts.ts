import { findEnvironment, nodesOf, secretsOf } from '../../db/environments.ts';
import { insertFacts, latestRecords, recordsOfRun, stateOf } from '../../db/facts.ts';
import { updateRun } from '../../db/runs.ts';
import { findSnapshot, putSnapshot, type Snapshot } from '../../db/snapshots.ts';
import type { ComparedWith } from '../compared-with.ts';
import type { Names } from '../diff/normalise.ts';
import { diffFacts } from '../diff.ts';
import { clockOffset } from '../facts/clock.ts';
import { gatherScript } from '../facts/gather.ts';
import { maskFacts } from '../facts/masked.ts';
import { readFacts } from '../facts/parse.ts';
import { shortKey } from '../layers.ts';
import type { Action } from '../plan.ts';
import { endEarlierLooks, lookId } from './looks.ts';
import { scriptResult } from './script.ts';
import { machineOf, type StepContext, type StepResult } from './step.ts';

/** More than any real node prints; beyond it something is wrong with the node. */
const MAX_FACTS_BYTES = 32 * 1024 * 1024;

/** Gathers a node's facts in one round trip and stores them. Looking changes nothing, so repeating is safe. */
export async function gatherFacts(
  context: StepContext,
  action: Extract<Action, { kind: 'facts' }>,
): Promise<StepResult> {
  const ended = await endEarlierLooks(context);
  if (ended) return ended;
  const { node, link } = machineOf(context);
  const chunks: Buffer[] = [];
  let bytes = 0;
  const asked = Date.now();
  let answered = asked;
  const outcome = await link.run(
    {
      id: lookId(context),
      script: script(context, action),
      env: await context.env(node),
      timeoutMs: action.timeoutMs,
      offset: 0,
      knownMark: null,
    },
    (chunk) => {
      if (bytes === 0) answered = Date.now();
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
  const { environment, nodes } = await context.around(node);
  // The machine may have been made in this very run.
  const now = nodes.find(({ id }) => id === node.id) ?? node;
  const said = maskFacts(
    Buffer.concat(chunks).toString('utf8'),
    await secretsOf(context.database.db, environment),
  );
  const { facts, clock, complete } = readFacts(said);
  if (!complete) return { state: 'broke', detail: `the facts of ${node.name} came incomplete` };
  const offset = clock === null ? null : clockOffset(clock, asked, answered);
  await insertFacts(context.database.db, context.hold, {
    environmentId: node.environmentId,
    node: node.name,
    address: now.address ?? node.address,
    facts: {
      ...facts,
      ...(now.layer ? { os: { ...facts.os, layer: shortKey(now.layer) } } : {}),
      ...(offset === null ? {} : { clock: { offset } }),
    },
  });
  const counted = ['packages', 'services', 'files'].map(
    (topic) => `${Object.keys(facts[topic] ?? {}).length} ${topic}`,
  );
  return { state: 'done', exitCode: 0, detail: counted.join(', ') };
}

/** In a run's detail: the layer that stood under the name of its snapshot before, to be dropped. */
const REPLACED = 'replaced';
/** In a run's detail: the run whose snapshot stood under that name before. */
export const IN_PLACE_OF = 'inPlaceOf';

/** Keeps what the run gathered under a name; as `baseline`, what later diffs and resets go by. */
export async function keepSnapshot(
  context: StepContext,
  action: Extract<Action, { kind: 'keep' }>,
): Promise<StepResult> {
  const { database, environment, run, hold, checkHeld } = context;
  const nodes = await nodesOf(database.db, environment.id);
  const older = await findSnapshot(database.db, environment.id, action.snapshot);
  const { facts } = await stateOf(database.db, await recordsOfRun(database.db, run.id));
  // Noted with the new one: who is to drop it may end before he has.
  const replaced = older?.layer && older.layer !== action.layer ? older.layer : run.detail[REPLACED];
  await database.db.transaction(async (tx) => {
    const detail = {
      ...run.detail,
      ...(replaced ? { [REPLACED]: replaced } : {}),
      ...(older && older.runId !== run.id ? { [IN_PLACE_OF]: String(older.runId) } : {}),
    };
    await updateRun(tx, hold, { detail });
    await putSnapshot(tx, hold, {
      environmentId: environment.id,
      name: action.snapshot,
      layer: action.layer,
      params: environment.params,
      secrets: environment.secrets,
      facts: facts as Snapshot['facts'],
      nodes: nodes.map(({ name, role, address }) => ({ name, role, address: address ?? '' })),
    });
  });
  if (replaced) {
    const provider = context.provider(environment.pool);
    for (const { machine } of nodes) await provider.dropLayer(machine, replaced, checkHeld);
  }
  return { state: 'done', detail: action.layer ? 'facts and disks' : 'facts only: the pool keeps no disks' };
}

/** Compares what the run gathered with the other side, and stores the differences with the run. */
export async function compareFacts(
  context: StepContext,
  action: Extract<Action, { kind: 'compare' }>,
): Promise<StepResult> {
  const { database, environment, hold } = context;
  const nodes = await nodesOf(database.db, environment.id);
  const here = await stateOf(database.db, await latestRecords(database.db, environment.id));
  const other = await otherSide(context, action.side);
  if (!other) return { state: 'failed', detail: `${action.other} is gone` };
  const left = other.environment?.name ?? environment.name;
  const differences = diffFacts(other.facts, here.facts, {
    names: { left: namesOf(other.nodes), right: namesOf(nodes) },
    environments: { left, right: environment.name },
    same: other.environment === null,
  });
  await updateRun(database.db, hold, { result: differences });
  return {
    state: 'done',
    detail: `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}`,
  };
}

/** The same for every node of a role: what is peculiar to a node comes to it by its variables. */
function script(context: StepContext, action: Extract<Action, { kind: 'facts' }>): string {
  const { node } = machineOf(context);
  return gatherScript(action.spec, node.role, action);
}

interface OtherSide extends Pick<Snapshot, 'facts'> {
  readonly nodes: readonly Named[];
  /** Null: the same one at another time. */
  readonly environment: { readonly name: string } | null;
}

async function otherSide(
  { database, environment }: StepContext,
  side: ComparedWith,
): Promise<OtherSide | null> {
  const { db } = database;
  switch (side.kind) {
    case 'snapshot': {
      const snapshot = await findSnapshot(db, environment.id, side.name);
      return snapshot && { facts: snapshot.facts, nodes: snapshot.nodes, environment: null };
    }
    case 'environment': {
      const found = await findEnvironment(db, side.name);
      if (!found) return null;
      const { facts } = await stateOf(db, await latestRecords(db, found.id));
      return { facts: facts as Snapshot['facts'], nodes: await nodesOf(db, found.id), environment: found };
    }
    case 'time':
    case 'run': {
      const records =
        side.kind === 'run'
          ? await recordsOfRun(db, side.id)
          : await latestRecords(db, environment.id, { until: new Date(side.until) });
      const { facts, nodes } = await stateOf(db, records);
      return { facts: facts as Snapshot['facts'], nodes, environment: null };
    }
  }
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
