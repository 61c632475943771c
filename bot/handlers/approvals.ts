import type { OutgoingMessage } from '../../adapters/message.ts';
import {
  decisionsOf,
  lockApproval,
  type NamedApproval,
  pendingApprovals,
  putDecision,
  setApprovalState,
} from '../../db/approvals.ts';
import { findEnvironment } from '../../db/environments.ts';
import { appendEvent } from '../../db/events.ts';
import { personById } from '../../db/people.ts';
import { sessionById } from '../../db/sessions.ts';
import { Refusal } from '../../engine/refusal.ts';
import type { ApprovalDecision } from '../../sessions/approvals.ts';
import { roleInChannel } from '../../sessions/limits.ts';
import { atLeast } from '../../sessions/roles.ts';
import { admissionFor } from '../admission.ts';
import { eventOf, orAskApproval } from '../ask-approval.ts';
import { authorize } from '../command/authorize.ts';
import type { Command, Verb } from '../command/command.ts';
import { article } from '../command/names.ts';
import { specOf } from '../command/registry.ts';
import { decisionOn, roleInSession } from '../decision-on.ts';
import { approvalList, approvalStand } from '../replies/approvals.ts';
import { beginningOf } from '../replies/words.ts';
import { environmentNeeds } from '../who-and-where.ts';
import { destroy, provision, repair, reset, retry, run, snapshot } from './changes.ts';
import type { Asking, Handler, Request, Services } from './handler.ts';
import { noAccount } from './no-account.ts';

/** What people say to what somebody else wants to do. */

export const approve: Handler<'approve'> = async (services, request) => {
  const { id } = request.command;
  if (id === null) return list(services, request);
  const { approval, decision } = await say(services, request, id, 'approve');
  if (decision.state !== 'approved') return approvalStand(approval, decision);
  return start(services, request, approval, approvalStand(approval, decision));
};

export const reject: Handler<'reject'> = async (services, request) => {
  const { id } = request.command;
  if (id === null) return list(services, request);
  const { approval, decision } = await say(services, request, id, 'reject');
  return approvalStand(approval, decision);
};

async function list(services: Services, { session }: Asking): Promise<OutgoingMessage> {
  const { db } = services.database;
  const now = services.now();
  const pending = await pendingApprovals(db, session ? { sessionId: session.id } : {});
  const rows = pending
    .filter(({ expiresAt }) => expiresAt > now)
    .map(async (approval) => ({ approval, decision: await decisionOn(db, services, approval, now) }));
  return approvalList(await Promise.all(rows), services.links);
}

async function say(
  services: Services,
  { sender, channel, touched }: Asking,
  id: number,
  verdict: 'approve' | 'reject',
): Promise<{ approval: NamedApproval; decision: ApprovalDecision }> {
  const { database, admins, policy } = services;
  const { person, identity } = sender;
  if (!person || identity === null) {
    throw noAccount(sender, 'only people with an account count here');
  }
  const now = services.now();
  return database.db.transaction(async (tx) => {
    const approval = await lockApproval(tx, id);
    if (!approval) throw new Refusal(`there is no approval ${id}`, 'approve lists what waits');
    touched.environment = approval.environment;
    refuseUnlessOpen(approval, now);
    const isAsker = approval.personId === person.id;
    const inSession = await roleInSession(tx, approval, person.id, identity, admins);
    const { role, limit } = roleInChannel(inSession, channel, policy.limits);
    const isEnough = atLeast(role, approval.role);
    if (isAsker && verdict === 'approve') {
      throw new Refusal(
        `you asked for approval ${id} yourself: it takes ${approval.needed === 1 ? 'somebody else' : `${approval.needed} others`}`,
        `reject ${id} takes it back`,
      );
    }
    if (!isEnough && !(isAsker && verdict === 'reject')) {
      throw new Refusal(
        `approval ${id} is for people who are ${approval.role} or more; you are ${article(role)} here${limit ? ` (in this channel nobody is more than ${limit.atMost})` : ''}`,
        `ask ${article(approval.role)}: who names them`,
      );
    }
    const said = (await decisionsOf(tx, id)).find(({ personId }) => personId === person.id);
    await putDecision(tx, { approvalId: id, personId: person.id, identity, channel, verdict, at: now });
    const decision = await decisionOn(tx, services, approval, now);
    const settled = decision.state === 'approved' || decision.state === 'rejected';
    if (settled) await setApprovalState(tx, id, decision.state as 'approved' | 'rejected', now);
    // Saying the same thing again, from another account, is no news; that it is enough now may be.
    if (settled || said?.verdict !== verdict) {
      await appendEvent(tx, {
        ...eventOf(settled ? `approval.${decision.state}` : 'approval.said', approval, approval.environment, {
          command: approval.command,
          verdict,
          by: person.name,
          agreed: decision.agreed,
          needed: approval.needed,
          because: (decision.because.parts ?? []).map(({ text }) => text),
          answeredIn: channel,
        }),
        personId: person.id,
      });
    }
    return { approval, decision };
  });
}

function refuseUnlessOpen({ id, state, expiresAt, command, environment }: NamedApproval, now: Date): void {
  const words: Partial<Record<typeof state, string>> = {
    approved: 'is approved already: whoever asked for it says it again to begin',
    started: 'was approved, and has begun',
    rejected: 'was rejected',
    expired: 'was not approved and begun in time',
    void: 'is void: what would happen has changed, or who asked has left',
  };
  const over = words[state] ?? (expiresAt <= now ? words.expired : undefined);
  if (over)
    throw new Refusal(`approval ${id} ("${beginningOf(command, 120)}") ${over}`, `status ${environment}`);
}

/** Does what was asked for, as the one who asked and where it was asked. */
async function start(
  services: Services,
  { touched, channel: answeredIn }: Asking,
  approval: NamedApproval,
  stand: OutgoingMessage,
): Promise<OutgoingMessage> {
  const { db } = services.database;
  const { id, channel, identity } = approval;
  const person = await personById(db, approval.personId);
  const session = approval.sessionId === null ? null : await sessionById(db, approval.sessionId);
  const environment = await findEnvironment(db, approval.environment);
  const command = approval.request as Command;
  const role = await roleInSession(db, approval, approval.personId, identity, services.admins);
  const request: Request = {
    command,
    sender: { identity, isUnsure: false, display: approval.asker, person, role, limited: null },
    channel,
    answeredIn,
    privately: null,
    session,
    environment,
    touched,
    by: {
      personId: approval.personId,
      display: approval.asker,
      channel,
      command: approval.command,
      cause: `approval ${id}`,
      sessionId: approval.sessionId,
    },
  };
  const allowed = authorize(role, specOf(command.verb), {
    isCreator: environment?.createdBy === approval.personId,
    environmentNeeds: environmentNeeds(services, command),
  });
  const admit = admissionFor(services, request);
  const handler = APPROVABLE[command.verb] as Handler<Verb> | undefined;
  if (!handler) throw new Error(`approval ${id} is about ${command.verb}, which needs none`);
  try {
    if (!allowed.allowed) throw new Refusal(`${approval.asker} may not do that any more: ${allowed.reason}`);
    const answer = await orAskApproval(services, request, () =>
      handler(services, { ...request, by: { ...request.by, admit } }),
    );
    return { ...answer, text: `${stand.text}\n${answer.text}` };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const why = error.message;
    const data = { command: approval.command, asker: approval.asker, why, answeredIn };
    // Who asked has been told that it is approved, and would wait for it.
    await db.transaction((tx) =>
      appendEvent(tx, eventOf('approval.stuck', approval, approval.environment, data)),
    );
    const text = `${stand.text}\nBut it cannot begin now: ${why}. ${approval.asker} may say it again until the approval runs out: ${approval.command}`;
    return { text };
  }
}

const APPROVABLE: { readonly [V in Verb]?: Handler<V> } = {
  provision,
  snapshot,
  reset,
  repair,
  destroy,
  run,
  retry,
};
