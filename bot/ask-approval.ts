import type { OutgoingMessage } from '../adapters/message.ts';
import { countAsked, decisionsOf, insertApproval, lockPending, setApprovalState } from '../db/approvals.ts';
import type { Queryable } from '../db/client.ts';
import { lockEnvironment, secretsOf } from '../db/environments.ts';
import { appendEvent, type NewEvent } from '../db/events.ts';
import { latestRuns, type Run } from '../db/runs.ts';
import { BASELINE } from '../db/snapshots.ts';
import { digestOfPlan, type Proposal } from '../engine/admission.ts';
import { maskText } from '../engine/mask.ts';
import { Refusal } from '../engine/refusal.ts';
import { approvalNeeded, type Needed } from '../sessions/approvals.ts';
import type { Verb } from './command/command.ts';
import { decisionOn } from './decision-on.ts';
import type { Request, Services } from './handlers/handler.ts';
import { noAccount } from './handlers/no-account.ts';
import { approvalPreview, approvalQuestion } from './replies/approvals.ts';

/** Everybody is asked each time, and what one asked for before is void by it: no way to keep a channel busy. */
const MOST_ASKED = 6;
const ASKED_WITHIN_MS = 10 * 60_000;

/** A command is not done before others agree to it. Thrown in the transaction that would have done it. */
class NeedsApproval extends Error {
  readonly proposal: Proposal;
  readonly needed: Needed;
  constructor(proposal: Proposal, needed: Needed) {
    super(`${proposal.kind} of ${proposal.environment.name} needs approval`);
    this.name = 'NeedsApproval';
    this.proposal = proposal;
    this.needed = needed;
  }
}

/**
 * Uses an approval up, if the command needs one: the plan must be the one that was approved, and enough persons must agree to
 * it now. Throws NeedsApproval where there is none. The events that tell of it are to be appended by the caller.
 */
export async function takeApproval(
  tx: Queryable,
  services: Services,
  request: Request,
  proposal: Proposal,
  now: Date,
): Promise<NewEvent[]> {
  const needed = await neededFor(tx, services, request, proposal);
  if (!needed) return [];
  const { environment } = proposal;
  const digest = digestOfPlan(proposal);
  for (const approval of await lockPending(tx, environment.id, request.sender.person?.id ?? -1)) {
    if (approval.digest !== digest || approval.expiresAt <= now) continue;
    const decision = await decisionOn(tx, services, approval, now);
    if (decision.state !== 'approved') continue;
    await setApprovalState(tx, approval.id, 'started', now);
    return [eventOf('approval.started', approval, environment.name, { command: approval.command })];
  }
  throw new NeedsApproval(proposal, needed);
}

async function neededFor(
  tx: Queryable,
  { policy }: Services,
  { command }: Request,
  { environment, start, repeats }: Proposal,
): Promise<Needed | null> {
  if (!start) return null;
  // What has never been there cannot be missed.
  const before = (await latestRuns(tx, environment.id, 2)).filter(({ id }) => id !== repeats?.id);
  if (before.length === 0) return null;
  const steps = start.tasks.filter((task) => task.destructive).map(({ title }) => title);
  const marked = { commands: start.blueprint.destructive ?? [], steps: [...new Set(steps)] };
  // Going on with something takes what beginning it takes.
  const verb = repeats ? verbOf(repeats) : command.verb;
  return approvalNeeded({ command: verb, environment: environment.name, marked }, policy.approvals);
}

/** The command that begins such a run. */
function verbOf({ kind, detail }: Run): Verb {
  if (kind === 'snapshot' && detail.snapshot === BASELINE) return 'promote';
  return kind === 'exec' ? 'run' : kind;
}

/** Does it, or asks those who must agree. */
export async function orAskApproval(
  services: Services,
  request: Request,
  work: () => Promise<OutgoingMessage>,
): Promise<OutgoingMessage> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof NeedsApproval)) throw error;
    return ask(services, request, error);
  }
}

async function ask(
  services: Services,
  request: Request,
  { proposal, needed }: NeedsApproval,
): Promise<OutgoingMessage> {
  const { database } = services;
  const { sender, channel, session, command, by } = request;
  const { person, identity } = sender;
  if (!person || identity === null) {
    throw noAccount(sender, 'only people with an account can ask for an approval');
  }
  const now = services.now();
  const { answeredIn = channel } = request;
  const { environment } = proposal;
  const digest = digestOfPlan(proposal);
  return database.db.transaction(async (tx) => {
    await lockEnvironment(tx, environment.name);
    const events: NewEvent[] = [];
    for (const other of await lockPending(tx, environment.id, person.id)) {
      if (other.digest === digest && other.expiresAt > now) {
        const { agreed } = await decisionOn(tx, services, other, now);
        const said = (await decisionsOf(tx, other.id)).length;
        return approvalQuestion(
          { ...other, environment: environment.name, asker: person.name },
          { agreed, said },
          now,
          services.links,
        );
      }
      // The same command on what has changed since: what was agreed to is not what would happen.
      if ((other.request as { verb?: string }).verb !== command.verb) continue;
      await setApprovalState(tx, other.id, 'void', now);
      events.push(
        eventOf('approval.void', other, environment.name, {
          command: other.command,
          why: 'what would happen has changed since',
          answeredIn,
        }),
      );
    }
    if ((await countAsked(tx, person.id, new Date(now.getTime() - ASKED_WITHIN_MS))) >= MOST_ASKED) {
      throw new Refusal(
        `you have asked for ${MOST_ASKED} approvals within ten minutes, each of which all channels are told`,
        'wait for what others say to them: approve lists what is open',
      );
    }
    const secrets = await secretsOf(tx, environment);
    const preview = approvalPreview(proposal, (text) => maskText(text, secrets));
    const approval = await insertApproval(tx, {
      sessionId: session?.id ?? null,
      environmentId: environment.id,
      personId: person.id,
      identity,
      channel,
      command: maskText(by.command, secrets),
      request: command,
      why: needed.why,
      preview,
      digest,
      needed: needed.count,
      role: needed.role,
      askedAt: now,
      expiresAt: new Date(now.getTime() + needed.withinMs),
    });
    const shown = { ...approval, environment: environment.name, asker: person.name };
    for (const event of events) await appendEvent(tx, event);
    await appendEvent(tx, eventOf('approval.asked', approval, environment.name, { answeredIn }));
    return approvalQuestion(shown, { agreed: 0, said: 0 }, now, services.links);
  });
}

/** An event about an approval; `channel` is where it was asked for. */
export function eventOf(
  kind: string,
  approval: {
    id: number;
    environmentId: number;
    personId: number;
    sessionId: number | null;
    channel: string;
  },
  environment: string,
  data: Record<string, unknown>,
): NewEvent {
  const { id, environmentId, personId, sessionId, channel } = approval;
  return { kind, environmentId, personId, sessionId, channel, data: { approval: id, environment, ...data } };
}
