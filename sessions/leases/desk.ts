import type { Queryable } from '../../db/client.ts';
import type { NewEvent } from '../../db/events.ts';
import { type LeaseRows, leaseRows, replaceLeaseRows } from '../../db/leases.ts';
import { currentPerson, namesOf } from '../../db/people.ts';
import { spokeLastIn } from '../../db/received.ts';
import { activeRun } from '../../db/runs.ts';
import type { RunKind } from '../../db/schema.ts';
import type { Asked, Changed, Effect, LeaseState, LeaseTerms } from './state.ts';
import type { Moment } from './time.ts';

/** The environment that a lease is about; the caller has locked it. */
export interface LeasedEnvironment {
  readonly id: number;
  readonly name: string;
}

export interface Clocked {
  readonly now: Date;
  readonly terms: LeaseTerms;
}

/** How a lease stands, as it was last written down. */
export async function leaseStateOf(db: Queryable, environmentId: number): Promise<LeaseState> {
  return stateOf(await leaseRows(db, environmentId));
}

export async function momentOf(
  db: Queryable,
  environmentId: number,
  { now, terms }: Clocked,
): Promise<Moment> {
  const run = await activeRun(db, environmentId);
  // One that waits for people's answer may wait for ever, and is not kept from anybody.
  const busy = run !== null && run !== undefined && run.state !== 'waiting';
  const atWork =
    busy && run.personId !== null && CHANGES.has(run.kind)
      ? { person: await currentPerson(db, run.personId), since: (run.startedAt ?? run.createdAt).getTime() }
      : null;
  return { now: now.getTime(), busy, atWork, terms };
}

/** Runs that change their environment; the others look. */
const CHANGES: ReadonlySet<RunKind> = new Set([
  'provision',
  'snapshot',
  'reset',
  'repair',
  'exec',
  'destroy',
]);

/**
 * Changes who has an environment and who waits for it, by a rule. The events that tell of it are to be appended last in the
 * same transaction.
 */
export async function changeLease<Result extends Changed>(
  tx: Queryable,
  environment: LeasedEnvironment,
  clocked: Clocked,
  rule: (state: LeaseState, moment: Moment) => Result,
  /** Where the answer to whoever asked tells it anyway; null: nobody asked. */
  answeredIn: string | null = null,
): Promise<{ readonly result: Result; readonly events: readonly NewEvent[] }> {
  const before = await leaseStateOf(tx, environment.id);
  const result = rule(before, await momentOf(tx, environment.id, clocked));
  if (result.state !== before) await replaceLeaseRows(tx, environment.id, rowsOf(result.state));
  const names = await namesOf(tx, result.effects.flatMap(personsIn));
  const name = (person: number) => names.get(person) ?? 'somebody';
  const events: NewEvent[] = [];
  for (const effect of result.effects) {
    const event = eventOf(effect, environment, name, answeredIn);
    // Who is offered it has something to do, and is told where they would ask for it.
    const to = effect.kind === 'handoff-offered' ? effect.handoff.to : null;
    const otherChannel = to === null ? null : await spokeLastIn(tx, to);
    events.push(otherChannel === null ? event : { ...event, data: { ...event.data, otherChannel } });
  }
  return { result, events };
}

function stateOf({ lease, handoff, queue }: LeaseRows): LeaseState {
  return {
    holding: lease && {
      person: lease.personId,
      sessionId: lease.sessionId,
      channel: lease.channel,
      since: lease.since.getTime(),
      until: lease.expiresAt.getTime(),
      reason: lease.reason,
      warnedAt: lease.warnedAt?.getTime() ?? null,
      isWorkedOn: lease.isWorkedOn,
    },
    handoff: handoff && { to: handoff.toPersonId, until: handoff.expiresAt.getTime() },
    queue: queue.map((row) => ({
      person: row.personId,
      sessionId: row.sessionId,
      channel: row.channel,
      since: row.since.getTime(),
      wantsMs: row.wantsMs,
      reason: row.reason,
      offeredUntil: row.offeredUntil?.getTime() ?? null,
    })),
  };
}

function rowsOf({ holding, handoff, queue }: LeaseState): LeaseRows {
  return {
    lease: holding && {
      personId: holding.person,
      sessionId: holding.sessionId,
      channel: holding.channel,
      since: new Date(holding.since),
      expiresAt: new Date(holding.until),
      reason: holding.reason,
      warnedAt: holding.warnedAt === null ? null : new Date(holding.warnedAt),
      isWorkedOn: holding.isWorkedOn,
    },
    handoff: handoff && { toPersonId: handoff.to, expiresAt: new Date(handoff.until) },
    queue: queue.map((waiting) => ({
      personId: waiting.person,
      sessionId: waiting.sessionId,
      channel: waiting.channel,
      since: new Date(waiting.since),
      wantsMs: waiting.wantsMs,
      reason: waiting.reason,
      offeredUntil: waiting.offeredUntil === null ? null : new Date(waiting.offeredUntil),
    })),
  };
}

/** What people are told of a change of a lease: the data of events whose kinds begin with `lease.`. */
export interface LeaseNews {
  readonly environment: string;
  /** Whom it is about, by name. */
  readonly person: string;
  readonly reason?: string | null;
  /** Until when it holds, or can be taken; ISO. */
  readonly until?: string;
  /** Who had it before, or to whom it goes. */
  readonly other?: string | null;
  readonly shortened?: boolean;
  readonly place?: number;
  readonly waiting?: number;
  readonly byWork?: boolean;
  /** Where the one who had it before, or to whom it is offered, is told, and who that is. */
  readonly otherChannel?: string;
  readonly otherPerson?: number;
  /** Where an answer has told it already. */
  readonly answeredIn: string | null;
}

function eventOf(
  effect: Effect,
  environment: LeasedEnvironment,
  name: (person: number) => string,
  answeredIn: string | null,
): NewEvent {
  const subject = subjectOf(effect);
  const news: LeaseNews = {
    environment: environment.name,
    person: name(subject.person),
    reason: subject.reason,
    answeredIn: ANSWERED.includes(effect.kind) && !('byWork' in effect && effect.byWork) ? answeredIn : null,
    ...detailsOf(effect, name),
  };
  return {
    kind: `lease.${effect.kind}`,
    environmentId: environment.id,
    personId: subject.person,
    sessionId: subject.sessionId,
    channel: subject.channel,
    data: { ...news },
  };
}

/** What comes of somebody's own wish: the answer to it tells it. */
export const ANSWERED: readonly Effect['kind'][] = [
  'claimed',
  'extended',
  'queued',
  'unqueued',
  'released',
  'handoff-offered',
  'handed-over',
  'taken-over',
];

function detailsOf(effect: Effect, name: (person: number) => string): Partial<LeaseNews> {
  const until = (ms: number | null) => (ms === null ? {} : { until: new Date(ms).toISOString() });
  switch (effect.kind) {
    case 'claimed':
      return { ...until(effect.holding.until), shortened: effect.shortened !== null };
    case 'extended':
      return { ...until(effect.holding.until), shortened: effect.shortened !== null, byWork: effect.byWork };
    case 'warned':
      return { ...until(effect.holding.until), waiting: effect.waiting };
    case 'taken-over':
      return {
        ...until(effect.holding.until),
        other: effect.from && name(effect.from.person),
        ...(effect.from ? { otherChannel: effect.from.channel, otherPerson: effect.from.person } : {}),
      };
    case 'queued':
      return { place: effect.place };
    case 'turn-offered':
      return {
        ...until(effect.waiting.offeredUntil),
        other: effect.next === null ? null : name(effect.next),
      };
    case 'handoff-offered':
      return {
        ...until(effect.handoff.until),
        other: name(effect.handoff.to),
        otherPerson: effect.handoff.to,
      };
    case 'handoff-lapsed':
      return { ...until(effect.handoff.until), other: name(effect.handoff.to) };
    case 'handed-over':
      return {
        ...until(effect.holding.until),
        other: name(effect.from.person),
        otherChannel: effect.from.channel,
        otherPerson: effect.from.person,
      };
    case 'expired':
    case 'released':
    case 'unqueued':
    case 'turn-passed':
      return {};
  }
}

function subjectOf(effect: Effect): Asked & { readonly person: number; readonly reason: string | null } {
  if ('holding' in effect) return effect.holding;
  return effect.waiting;
}

function personsIn(effect: Effect): number[] {
  const persons = [subjectOf(effect).person];
  if ('from' in effect && effect.from) persons.push(effect.from.person);
  if ('handoff' in effect) persons.push(effect.handoff.to);
  if ('next' in effect && effect.next !== null) persons.push(effect.next);
  return persons;
}
