import type { Queryable } from '../db/client.ts';
import { appendEvent, type NewEvent } from '../db/events.ts';
import { namesOf } from '../db/people.ts';
import type { Admission } from '../engine/admission.ts';
import type { Refusal } from '../engine/refusal.ts';
import { changeLease } from '../sessions/leases/desk.ts';
import { type MayChange, work } from '../sessions/leases/rules.ts';
import { takeApproval } from './ask-approval.ts';
import { specOf } from './command/registry.ts';
import type { Request, Services } from './handlers/handler.ts';
import { refuseTooMany } from './most-held.ts';
import { heldRefusal } from './replies/leases.ts';

/**
 * Whether a command may change its environment, asked in the transaction that does it: the lease first, then what others must
 * agree to. Work that is accepted keeps the environment for its holder.
 */
export function admissionFor(services: Services, request: Request): Admission {
  return async (tx, proposal) => {
    const { sender, session, channel, command } = request;
    const { environment } = proposal;
    const now = services.now();
    const asked = { sessionId: session?.id ?? null, channel };
    const person = sender.person?.id ?? null;
    const { changes } = specOf(command.verb);
    const { result, events } = await changeLease(
      tx,
      environment,
      { now, terms: services.policy.terms },
      (state, moment) => work(state, person, asked, changes, moment),
    );
    // Work takes one's turn, which is a claim as any other.
    if (person !== null && result.effects.some(({ kind }) => kind === 'claimed')) {
      await refuseTooMany(tx, services.policy, sender.role, person, environment.name);
    }
    if (!result.decision.allowed) throw await refused(tx, environment.name, result.decision, now);
    const approved = await takeApproval(tx, services, request, proposal, now);
    return async (run) => {
      request.touched.runId = run.id;
      for (const event of [...events, ...approved] satisfies NewEvent[]) await appendEvent(tx, event);
    };
  };
}

async function refused(
  tx: Queryable,
  environment: string,
  { no }: Extract<MayChange, { allowed: false }>,
  now: Date,
): Promise<Refusal> {
  const owner = no.why === 'held' ? no.holding.person : no.first.person;
  const names = await namesOf(tx, [owner]);
  return heldRefusal(environment, no, (id) => names.get(id) ?? 'somebody', now);
}
