import type { Environment, Node } from '../db/environments.ts';

/**
 * The variables that every script of a blueprint gets (docs/blueprints.md lists them).
 * `nodes`: all of the environment's as they are now, in order; those without an address yet are left out of the lists.
 */
export function scriptEnv(
  environment: Environment,
  nodeId: number,
  nodes: readonly Node[],
): Record<string, string> {
  const node = nodes.find((other) => other.id === nodeId);
  if (!node) throw new Error(`node ${nodeId} is not of environment ${environment.name} any more`);
  const reachable = nodes.filter((other) => other.address !== null);
  const env: Record<string, string> = {
    ENVIRONMENT: environment.name,
    NODE_NAME: node.name,
    NODE_ADDRESS: node.address ?? '',
    NODE_ROLE: node.role,
    NODE_INDEX: String(node.index),
    NODE_ZONE: node.zone ?? '',
    HOSTS: reachable.map((other) => `${other.address} ${other.name}`).join('\n'),
  };
  for (const role of new Set(nodes.map((other) => other.role))) {
    const members = reachable.filter((other) => other.role === role);
    const prefix = `ROLE_${variable(role)}`;
    env[`${prefix}_ADDRESSES`] = members.map((other) => other.address).join(' ');
    env[`${prefix}_NAMES`] = members.map((other) => other.name).join(' ');
    // One word each, so that the lists stay side by side.
    env[`${prefix}_ZONES`] = members.map((other) => other.zone ?? '-').join(' ');
  }
  for (const [name, value] of Object.entries({ ...environment.params, ...environment.secrets })) {
    env[`PARAM_${variable(name)}`] = value;
  }
  return env;
}

/** What a script may know of all that: everything; of the parameters, those listed; or what any node of the role, or of the roles, would be told. */
export interface Knows {
  /** The only parameters; absent: all. */
  readonly params?: readonly string[];
  /** Nothing that is of this environment alone. */
  readonly anywhere?: boolean;
  /** Nor of one role: what it does is given to nodes of several. */
  readonly anyRole?: boolean;
}

/** Leaves out of a script's variables what it may not know. */
export function narrowed(
  env: Readonly<Record<string, string>>,
  { params, anywhere = false, anyRole = false }: Knows,
): Record<string, string> {
  const allowed = params && new Set(params.map((name) => `PARAM_${variable(name)}`));
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => {
      if (name.startsWith('PARAM_')) return allowed?.has(name) ?? true;
      return !anywhere || (name === 'NODE_ROLE' && !anyRole);
    }),
  );
}

function variable(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
