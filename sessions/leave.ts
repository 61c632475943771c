import { pendingApprovals, setApprovalState } from '../db/approvals.ts';
import type { Queryable } from '../db/client.ts';
import { lockEnvironment } from '../db/environments.ts';
import type { NewEvent } from '../db/events.ts';
import { stakes } from '../db/leases.ts';
import { type Clocked, changeLease } from './leases/desk.ts';
import { wish } from './leases/rules.ts';

/** What somebody has let go of, by the names of the environments. */
export interface LetGo {
  readonly released: readonly string[];
  readonly unqueued: readonly string[];
  /** Numbers of approvals that were asked for in vain. */
  readonly withdrawn: readonly number[];
  /** All of them that any of it was about. */
  readonly environments: readonly string[];
  readonly events: readonly NewEvent[];
}

/** Not all of it, and why; everything if absent, because somebody has left. */
export interface Loss {
  /** Of these environments, by name. */
  readonly of: (environment: string) => boolean;
  /** After the name of who asked for an approval that is void by it. */
  readonly why: string;
}

/**
 * Somebody leaves a session, or everybody does (`personId` null): nothing that was claimed there stays locked, no place in a
 * queue is kept, and what was asked to approve is void. Of a single person that is also what was claimed or asked for outside
 * of all sessions: in a direct message, or in a channel that is linked to none.
 */
export async function letGo(
  tx: Queryable,
  sessionId: number,
  personId: number | null,
  clocked: Clocked,
  answeredIn: string,
  { of: isLost, why }: Loss = { of: () => true, why: 'has left' },
): Promise<LetGo> {
  const events: NewEvent[] = [];
  const isThere = (of: number | null) => of === sessionId || (of === null && personId !== null);
  const mine = (await stakes(tx, personId ?? undefined)).filter(
    (stake) => isThere(stake.sessionId) && isLost(stake.environment),
  );
  const byEnvironment = new Map(mine.map((stake) => [stake.environment, stake.environmentId]));
  for (const [name, id] of [...byEnvironment].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await lockEnvironment(tx, name);
    const persons = new Set(
      mine.filter((stake) => stake.environmentId === id).map((stake) => stake.personId),
    );
    for (const person of persons) {
      const asked = { sessionId, channel: answeredIn };
      const changed = await changeLease(
        tx,
        { id, name },
        clocked,
        (state, moment) => wish(state, person, asked, { kind: 'leave' }, moment),
        answeredIn,
      );
      events.push(...changed.events);
    }
  }
  const environments = new Set(byEnvironment.keys());
  const withdrawn: number[] = [];
  const asked = await pendingApprovals(tx, personId === null ? { sessionId } : { personId });
  for (const approval of asked) {
    if (!isThere(approval.sessionId) || !isLost(approval.environment)) continue;
    await setApprovalState(tx, approval.id, 'void', clocked.now);
    withdrawn.push(approval.id);
    environments.add(approval.environment);
    events.push({
      kind: 'approval.void',
      environmentId: approval.environmentId,
      personId: approval.personId,
      sessionId: approval.sessionId,
      channel: approval.channel,
      data: {
        approval: approval.id,
        environment: approval.environment,
        command: approval.command,
        why: personId === null ? 'its session has ended' : `${approval.asker} ${why}`,
        answeredIn,
      },
    });
  }
  const named = (how: 'holds' | 'waits') => [
    ...new Set(mine.filter((stake) => stake.how === how).map(({ environment }) => environment)),
  ];
  return {
    released: named('holds'),
    unqueued: named('waits'),
    withdrawn,
    environments: [...environments].sort(),
    events,
  };
}
