import type { Rate, ServicePace } from '../../adapters/adapter.ts';
import type { OutboxHead } from '../../db/outbox.ts';

/** What of a message the order and the pace depend on. */
export type Sendable = Pick<OutboxHead, 'id' | 'channel' | 'changes' | 'person' | 'urgency'>;

/** Says who goes first, and when. Times are milliseconds of any one clock. */
export interface Pacer {
  /** The most urgent first; of equally urgent ones whoever has not been served for the longest time. */
  inOrder<Head extends Sendable>(heads: readonly Head[]): Head[];
  /** Milliseconds until the service bears it; 0: now. */
  wait(head: Sendable, now: number): number;
  /** It goes out. */
  charge(head: Sendable, now: number): void;
}

/** So many lines and channels are remembered; a forgotten one has its turn a little early. */
const MOST_REMEMBERED = 2_000;
const UNLIMITED: Rate = { burst: Number.POSITIVE_INFINITY, perSecond: 1 };

/** Keeps to a service's rates; without any, only says who goes first. */
export function createPacer(pace: ServicePace | undefined): Pacer {
  const posts = new Map<string, Allowance>();
  const edits = createAllowance(pace?.edits ?? UNLIMITED);
  const served = new Map<string, number>();
  let turn = 0;

  const allowanceOf = ({ channel, changes }: Sendable): Allowance => {
    if (changes !== null) return edits;
    const known = posts.get(channel) ?? createAllowance(pace?.posts ?? UNLIMITED);
    return remember(posts, channel, known);
  };

  return {
    inOrder(heads) {
      const lastTurn = (head: Sendable) => served.get(lineOf(head)) ?? 0;
      return heads.toSorted(
        (one, other) => one.urgency - other.urgency || lastTurn(one) - lastTurn(other) || one.id - other.id,
      );
    },
    wait: (head, now) => allowanceOf(head).wait(now),
    charge(head, now) {
      allowanceOf(head).charge(now);
      turn += 1;
      remember(served, lineOf(head), turn);
    },
  };
}

/** What is said one after the other: the posts of a channel, those kept for one person there, or the changes of a board. */
export function lineOf({
  channel,
  changes,
  person,
}: Pick<Sendable, 'channel' | 'changes' | 'person'>): string {
  return [channel, changes, person].filter((part) => part !== null).join(' ');
}

type Allowance = ReturnType<typeof createAllowance>;

function createAllowance({ burst, perSecond }: Rate) {
  let left = burst;
  let at = 0;
  const refill = (now: number): void => {
    left = Math.min(burst, left + (Math.max(0, now - at) / 1000) * perSecond);
    at = now;
  };
  return {
    wait(now: number): number {
      refill(now);
      return left >= 1 ? 0 : Math.ceil(((1 - left) / perSecond) * 1000);
    },
    charge(now: number): void {
      refill(now);
      left -= 1;
    },
  };
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): Value {
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next().value;
  if (map.size > MOST_REMEMBERED && oldest !== undefined) map.delete(oldest);
  return value;
}
