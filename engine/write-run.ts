import type { Queryable } from '../db/client.ts';
import {
  type Environment,
  insertEnvironment,
  insertNodes,
  type Node,
  secretsOf,
  setEnvironmentState,
  updateEnvironment,
} from '../db/environments.ts';
import { appendEvent } from '../db/events.ts';
import { activeRun, insertRun, type Run } from '../db/runs.ts';
import type { RunKind } from '../db/schema.ts';
import type { Admission } from './admission.ts';
import type { Blueprint } from './blueprint/blueprint.ts';
import { cited } from './cited.ts';
import type { ProvisionDraft } from './draft.ts';
import { environmentStateDuring } from './environment-state.ts';
import { maskText } from './mask.ts';
import type { PlannedTask } from './plan.ts';
import { Refusal } from './refusal.ts';

/** What the start of a run writes, always within the transaction that decided to start it. */

/** Who asks, and where the outcome is to be told. */
export interface Requester {
  readonly personId: number | null;
  readonly display: string;
  readonly channel: string;
  /** The line as people may see it. */
  readonly command: string;
  /** Names the message that asks, for ever; null: nobody's message. */
  readonly cause: string | null;
  /** The session that it is asked in; null or absent: none. */
  readonly sessionId?: number | null;
  /** Whether it may be done, asked when everything else is decided; absent: it may. */
  readonly admit?: Admission;
}

/** One run at a time: who started the one that goes on, and what to do. */
export async function refuseIfBusy(tx: Queryable, environment: Environment): Promise<void> {
  const run = await activeRun(tx, environment.id);
  if (!run) return;
  if (run.state === 'waiting') {
    throw new Refusal(
      `${environment.name} waits for an answer about ${cited(run.command)}`,
      `status ${environment.name} shows what is asked; or: cancel ${environment.name}`,
    );
  }
  throw new Refusal(
    `${environment.name} is busy: ${run.requester} started ${cited(run.command)}`,
    `wait for its outcome, or: cancel ${environment.name}`,
  );
}

/** Run, tasks, the environment's state and the first event; rings for a worker when the transaction commits. */
export async function writeRun(
  tx: Queryable,
  kind: RunKind,
  environment: Environment,
  blueprint: Blueprint,
  plan: readonly PlannedTask[],
  by: Requester,
  detail: Record<string, string> = {},
): Promise<Run> {
  const done = await by.admit?.(tx, { kind, environment, start: { blueprint, tasks: plan } });
  // A person may have typed a secret, as a parameter or within a script; nobody else is to read it.
  const secrets = await secretsOf(tx, environment);
  const command = maskText(by.command, secrets);
  const titles = remembered((title: string) => maskText(title, secrets));
  const run = await insertRun(
    tx,
    {
      environmentId: environment.id,
      kind,
      blueprint,
      detail,
      personId: by.personId,
      requester: by.display,
      channel: by.channel,
      cause: by.cause,
      sessionId: by.sessionId ?? null,
      command,
    },
    plan.map(
      ({ step, title, action, needs, needsHere = [], after = [], slots, onFailure = 'skip', node }) => ({
        step,
        title: titles(title),
        action,
        needs: [...needs],
        needsHere: [...needsHere],
        after: [...after],
        slots,
        onFailure,
        nodeId: node?.id ?? null,
      }),
    ),
  );
  await setEnvironmentState(tx, environment.id, environmentStateDuring(kind, environment.state));
  await appendEvent(tx, {
    kind: 'run.queued',
    runId: run.id,
    environmentId: environment.id,
    personId: by.personId ?? undefined,
    channel: by.channel,
    data: { kind, environment: environment.name, command, by: by.display },
  });
  await done?.(run);
  return run;
}

/** Many tasks have few titles. */
function remembered(make: (text: string) => string): (text: string) => string {
  const made = new Map<string, string>();
  return (text) => {
    const known = made.get(text) ?? make(text);
    made.set(text, known);
    return known;
  };
}

/** The environment with its parameters: a new row, or the one that is there brought up to date. */
export async function writeEnvironment(
  tx: Queryable,
  name: string,
  found: Environment | null,
  pool: string,
  { blueprint, values }: ProvisionDraft,
  by: Requester,
): Promise<Environment> {
  const isSecret = (key: string) => blueprint.params[key]?.secret === true;
  const params = Object.fromEntries(Object.entries(values).filter(([key]) => !isSecret(key)));
  const secrets = Object.fromEntries(Object.entries(values).filter(([key]) => isSecret(key)));
  if (found) {
    const formerSecrets = formerBeside(secrets, found);
    await updateEnvironment(tx, found.id, { params, secrets, formerSecrets });
    return { ...found, params, secrets, formerSecrets };
  }
  return insertEnvironment(tx, {
    name,
    blueprint: blueprint.name,
    pool,
    state: 'provisioning',
    params,
    secrets,
    createdBy: by.personId,
  });
}

/** So many former values are kept of an environment's secrets: all of them are looked for in every line that its nodes print. */
const MOST_FORMER = 100;

/** What was secret in the environment as it was and is no more, the newest last. */
function formerBeside(
  now: Readonly<Record<string, string>>,
  { secrets, formerSecrets }: Environment,
): string[] {
  const current = new Set(Object.values(now));
  const changed = Object.values(secrets).filter((value) => !current.has(value));
  const before = formerSecrets.filter((value) => !current.has(value) && !changed.includes(value));
  return [...before, ...new Set(changed)].slice(-MOST_FORMER);
}

/** The nodes that a draft adds. */
export function writeNodes(
  tx: Queryable,
  { id }: Environment,
  pool: string,
  { added }: ProvisionDraft,
): Promise<Node[]> {
  if (added.length === 0) return Promise.resolve([]);
  return insertNodes(
    tx,
    added.map((node) => ({ ...node, pool, environmentId: id })),
  );
}
