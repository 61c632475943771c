import { atLeast, type Role } from './roles.ts';

/** What the configuration says about roles at some places: `limits:`. */
export interface Limit {
  /** Names of environments that it is about, `*` stands for anything; empty: it is about none. */
  readonly environments: readonly string[];
  /** Channels that it is about, likewise. */
  readonly channels: readonly string[];
  /** Changing such an environment needs that role. */
  readonly needs: Role | null;
  /** In such a channel nobody is more than that. */
  readonly atMost: Role | null;
}

/** The role that somebody has in a channel, and the limit that made it less; null: none did. */
export function roleInChannel(
  role: Role,
  channel: string,
  limits: readonly Limit[],
): { readonly role: Role; readonly limit: Limit | null } {
  let limited: { role: Role; limit: Limit | null } = { role, limit: null };
  for (const limit of limits) {
    if (limit.atMost === null || !limit.channels.some((pattern) => matches(pattern, channel))) continue;
    if (!atLeast(limit.atMost, limited.role)) limited = { role: limit.atMost, limit };
  }
  return limited;
}

/** The role that changing the environment needs by the limits; null: none beyond the command's own. */
export function roleForEnvironment(environment: string, limits: readonly Limit[]): Role | null {
  let needed: Role | null = null;
  for (const limit of limits) {
    if (limit.needs === null || !limit.environments.some((pattern) => matches(pattern, environment)))
      continue;
    if (needed === null || atLeast(limit.needs, needed)) needed = limit.needs;
  }
  return needed;
}

/** `*` stands for anything. */
export function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'su').test(name);
}
