import type { ApprovalRule } from './approvals.ts';
import { type LeaseTerms, USUAL_TERMS } from './leases/state.ts';
import type { Limit } from './limits.ts';
import type { Role } from './roles.ts';

/** What is configured about people and environments. */
export interface Policy {
  readonly terms: LeaseTerms;
  readonly limits: readonly Limit[];
  readonly approvals: readonly ApprovalRule[];
  /** The least role that may start a session, and link channels to it. */
  readonly mayStart: Role;
  /** So many environments may one person hold at a time; operators, as many as they like. */
  readonly mostHeld: number;
}

export const USUAL_POLICY: Policy = {
  terms: USUAL_TERMS,
  limits: [],
  approvals: [],
  mayStart: 'operator',
  mostHeld: 3,
};
