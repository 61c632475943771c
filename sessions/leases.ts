import type { Lease } from '../db/leases.ts';

export type LeaseDecision =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      readonly holder: string;
      readonly reason: string | null;
      readonly expiresAt: Date;
    };

/** Whether a person may change an environment: nobody holds it, the lease has run out, or the person is the holder. */
export function mayChange(lease: Lease | null, personId: number | null, now: Date): LeaseDecision {
  if (!lease || lease.expiresAt <= now || lease.personId === personId) return { allowed: true };
  return { allowed: false, holder: lease.holder, reason: lease.reason, expiresAt: lease.expiresAt };
}
