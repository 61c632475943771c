/** Session roles, weakest first; each may do what the ones before it may. */
export const ROLES = ['observer', 'participant', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export function atLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

export function weaker(a: Role, b: Role): Role {
  return atLeast(a, b) ? b : a;
}

/**
 * What a sender may do: whom the configuration names as an admin is one, as that very identity; every other verified account
 * has the role that it was granted in the session, or takes part; and somebody whom the service does not vouch for may watch
 * and ask.
 */
export function roleOf(
  identity: string | null,
  admins: ReadonlySet<string>,
  granted: Role | null = null,
): Role {
  if (identity === null) return 'observer';
  if (admins.has(identity)) return 'admin';
  return granted ?? 'participant';
}
