import type { Queryable } from '../db/client.ts';
import { stakes } from '../db/leases.ts';
import { Refusal } from '../engine/refusal.ts';
import type { Policy } from '../sessions/policy.ts';
import { atLeast, type Role } from '../sessions/roles.ts';

/** Nobody but operators has everything at once, however long they need it for. Throws {@link Refusal}. */
export async function refuseTooMany(
  tx: Queryable,
  { mostHeld }: Policy,
  role: Role,
  person: number,
  environment: string,
): Promise<void> {
  if (atLeast(role, 'operator')) return;
  const held = (await stakes(tx, person))
    .filter((stake) => stake.how === 'holds' && stake.environment !== environment)
    .map((stake) => stake.environment);
  if (held.length < mostHeld) return;
  throw new Refusal(
    `you hold ${held.join(', ')} already: more than ${mostHeld} at a time are for operators`,
    `release ${held[0]}`,
  );
}
