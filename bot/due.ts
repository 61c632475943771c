import { lockExpired, setApprovalState } from '../db/approvals.ts';
import type { Database } from '../db/client.ts';
import { type Duty, DutyLost } from '../db/duties.ts';
import { environmentById, lockEnvironment } from '../db/environments.ts';
import { appendEvent, type NewEvent } from '../db/events.ts';
import { dropLeasesOfDestroyed, type HadOrWaited, leasedEnvironments } from '../db/leases.ts';
import type { Listener } from '../db/listen.ts';
import { changeLease, leaseStateOf, momentOf } from '../sessions/leases/desk.ts';
import { advance } from '../sessions/leases/time.ts';
import type { Policy } from '../sessions/policy.ts';
import { eventOf } from './ask-approval.ts';
import { onDuty } from './duty/held.ts';
import { type Follower, followEvents } from './follow-events.ts';

export interface DueOptions {
  readonly database: Database;
  readonly listener: Listener;
  readonly policy: Policy;
  readonly now: () => Date;
  /** Of all processes only the one that has it does it. */
  readonly duty: Duty;
  readonly log: (line: string) => void;
}

/**
 * Does what is due by time alone, every 2 s and whenever something has happened: leases end, turns go on, people are warned,
 * approvals run out. Nobody's rights depend on it: every change of a lease looks at the clock itself; this one tells people.
 */
export function startDue({ database, listener, policy, now, duty, log }: DueOptions): Follower {
  const { terms } = policy;

  async function sweep(isStopped: () => boolean): Promise<void> {
    const clocked = { now: now(), terms };
    for (const { id, name, isDestroyed } of await leasedEnvironments(database.db)) {
      if (isStopped()) return;
      if (isDestroyed) {
        await onDuty(database, duty, async (tx) => {
          const { had, waited } = await dropLeasesOfDestroyed(tx);
          for (const event of [...had.map(endedEvent), ...goneEvents(waited)]) await appendEvent(tx, event);
        });
        continue;
      }
      const state = await leaseStateOf(database.db, id);
      const due = advance(state, await momentOf(database.db, id, clocked));
      if (due.state === state) continue;
      await onDuty(database, duty, async (tx) => {
        const environment = await lockEnvironment(tx, name);
        if (environment?.id !== id) return;
        const { events } = await changeLease(tx, environment, clocked, advance);
        for (const event of events) await appendEvent(tx, event);
      });
    }
    await expireApprovals(clocked.now);
  }

  async function expireApprovals(at: Date): Promise<void> {
    await onDuty(database, duty, async (tx) => {
      for (const approval of await lockExpired(tx, at)) {
        await setApprovalState(tx, approval.id, 'expired', at);
        const { name } = await environmentById(tx, approval.environmentId);
        const data = { command: approval.command, wasApproved: approval.state === 'approved' };
        await appendEvent(tx, eventOf('approval.expired', approval, name, data));
      }
    });
  }

  return followEvents(listener, sweep, (error) => {
    if (error instanceof DutyLost) return;
    log(`doing what is due failed, trying again: ${error.message}`);
  });
}

/** That a lease ended with its environment: for the timeline. Who held it has destroyed it, and is told how that went. */
function endedEvent({
  environmentId,
  environment,
  personId,
  person,
  sessionId,
  channel,
}: HadOrWaited): NewEvent {
  return {
    ...{ kind: 'lease.ended', environmentId, personId, sessionId, channel },
    data: { environment, person, answeredIn: null },
  };
}

/** What those are told who waited: of each environment and session one event, for all channels in which it was asked for. */
function goneEvents(waited: readonly HadOrWaited[]): NewEvent[] {
  const together = new Map<string, HadOrWaited[]>();
  for (const each of waited) {
    const key = `${each.environmentId} ${each.sessionId}`;
    together.set(key, [...(together.get(key) ?? []), each]);
  }
  return [...together.values()].flatMap((group): NewEvent[] => {
    const [first] = group;
    if (!first) return [];
    const { environmentId, environment, personId, sessionId, channel } = first;
    const person = group.map((each) => each.person).join(', ');
    const channels = group.map((each) => each.channel);
    const persons = group.map((each) => each.personId);
    return [
      {
        ...{ kind: 'lease.gone', environmentId, personId, sessionId, channel },
        data: { environment, person, channels, persons, waiting: group.length, answeredIn: null },
      },
    ];
  });
}
