import type { Queryable } from '../db/client.ts';
import { type Environment, type Node, nodesOf } from '../db/environments.ts';
import type { Blueprint, ParamValues, When } from './blueprint/blueprint.ts';
import { applies, fillParams } from './blueprint/fill.ts';
import { chooseMachines } from './choose-machines.ts';
import type { Provider } from './provider.ts';
import { Refusal } from './refusal.ts';

/** What a provision would do, worked out from what is asked and what is there; nothing is written yet. */
export interface ProvisionDraft {
  readonly blueprint: Blueprint;
  readonly values: ParamValues;
  readonly existing: readonly Node[];
  readonly added: readonly NewNode[];
}

export interface NewNode {
  readonly name: string;
  readonly role: string;
  readonly index: number;
  readonly machine: string;
}

/**
 * Fills parameters, counts nodes per role and chooses machines. Call it under the pool's lock when it is to be written.
 * `settings` are the `key=value` words of the line: a role's name gives its node count, anything else is a parameter.
 */
export async function draftProvision(
  tx: Queryable,
  name: string,
  environment: Environment | null,
  blueprint: Blueprint,
  provider: Provider,
  settings: Readonly<Record<string, string>>,
): Promise<ProvisionDraft> {
  if (blueprint.packages && !provider.can.packages) {
    throw new Refusal(
      `${blueprint.name} installs packages and starts services, and the machines of pool ${provider.pool} cannot: ${provider.summary}`,
      'start deployday as root to get full machines, or try: provision demo from hello',
    );
  }
  const existing = environment ? await nodesOf(tx, environment.id) : [];
  const params = Object.fromEntries(
    Object.entries(settings).filter(([key]) => !Object.hasOwn(blueprint.roles, key)),
  );
  const filled = fillParams(
    blueprint,
    params,
    environment ? { ...environment.params, ...environment.secrets } : {},
  );
  if ('problems' in filled)
    throw new Refusal(filled.problems.join('; '), `help: blueprints ${blueprint.name}`);
  const wanted = wantedCounts(name, blueprint, settings, filled.values, existing);
  const missing = missingNodes(wanted, existing);
  if (existing.length + missing.length === 0) throw noNode(name, blueprint, wanted);
  const machines = await chooseMachines(tx, provider, missing.length, name);
  return {
    blueprint,
    values: filled.values,
    existing,
    added: missing.map((node, i) => ({ ...node, machine: machines[i] as string })),
  };
}

/** Each role may have none, by its count or by what is chosen; all of them none is nothing to work on. */
function noNode(name: string, blueprint: Blueprint, wanted: ReadonlyMap<string, unknown>): Refusal {
  const [role] = wanted.keys();
  return new Refusal(
    `${name} would have no node`,
    role === undefined
      ? `blueprints ${blueprint.name} tells which parameters give it some`
      : `provision ${name} from ${blueprint.name} ${role}=1`,
  );
}

/** `compute nodes`; of a role that is called so, `nodes`; of one, `compute node`. */
function nodesAs(role: string, number: number): string {
  const noun = number === 1 ? 'node' : 'nodes';
  return role === 'node' ? noun : `${role} ${noun}`;
}

/** What is typed for a count means what people read: `0x2`, `1e0` and `+1` are numbers to a program only. */
const DIGITS = /^[0-9]+$/;

function wantedCounts(
  name: string,
  blueprint: Blueprint,
  settings: Readonly<Record<string, string>>,
  values: ParamValues,
  existing: readonly Node[],
): Map<string, { count: number; numbered: boolean }> {
  const wanted = new Map<string, { count: number; numbered: boolean }>();
  for (const [role, { count, when }] of Object.entries(blueprint.roles)) {
    const have = existing.filter((node) => node.role === role).length;
    const asked = settings[role];
    if (!applies(when, values, blueprint.params)) {
      refuseNodesOf(name, role, { asked, have, when });
      continue;
    }
    const isNumber = asked === undefined || DIGITS.test(asked);
    const number = asked === undefined ? have || count.default : Number(asked);
    if (!isNumber || number < count.min || number > count.max) {
      const takes =
        count.min === count.max
          ? `${count.max} ${nodesAs(role, count.max)}`
          : `${count.min} to ${count.max} ${nodesAs(role, 2)}`;
      throw new Refusal(
        `${role}=${(asked ?? String(have)).slice(0, 60)}: ${blueprint.name} takes ${takes}`,
        isNumber ? null : `write the number in digits, as in ${role}=${Math.max(count.min, 1)}`,
      );
    }
    if (number < have) {
      throw new Refusal(
        `${name} has ${have} ${nodesAs(role, have)}, and nodes are not taken out of a living environment`,
        'destroy it and provision anew, or ask for at least as many',
      );
    }
    wanted.set(role, { count: number, numbered: count.max > 1 });
  }
  return wanted;
}

/** A role that these parameters leave out has no node, is asked for none, and loses none. */
function refuseNodesOf(
  name: string,
  role: string,
  { asked, have, when }: { asked: string | undefined; have: number; when: When },
) {
  const wanted = Object.entries(when)
    .map(([param, choices]) => `${param}=${choices.join(' or ')}`)
    .join(' and ');
  if (asked !== undefined && asked !== '0')
    throw new Refusal(`${role}=${asked}: there are ${nodesAs(role, 2)} with ${wanted} only`);
  if (have > 0) {
    throw new Refusal(
      `${name} has ${have} ${nodesAs(role, have)}, which ${have === 1 ? 'is' : 'are'} there with ${wanted} only, and nodes are not taken out of a living environment`,
      'destroy it and provision anew',
    );
  }
}

function missingNodes(
  wanted: ReadonlyMap<string, { count: number; numbered: boolean }>,
  existing: readonly Node[],
): Omit<NewNode, 'machine'>[] {
  const names = new Set(existing.map((node) => node.name));
  return [...wanted].flatMap(([role, { count, numbered }]) =>
    Array.from({ length: count }, (_, i) => ({
      role,
      index: i + 1,
      name: numbered ? `${role}-${i + 1}` : role,
    })).filter((node) => !names.has(node.name)),
  );
}
