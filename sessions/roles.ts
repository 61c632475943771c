/** Session roles, weakest first; each may do what the ones before it may. */
export const ROLES = ['observer', 'participant', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/**
 * What a sender may do: whom the configuration names as an admin is one, every other verified account takes part, and
 * somebody whom the service does not vouch for may watch and ask.
 */
export function roleOf(identity: string | null, admins: ReadonlySet<string>): Role {
  if (identity === null) return 'observer';
  return admins.has(identity) ? 'admin' : 'participant';
}
