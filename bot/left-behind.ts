import type { IncomingMessage } from '../adapters/adapter.ts';
import type { Duty } from '../db/duties.ts';

/** More than would be worked through in a while is not kept: who waits for an answer says it again. */
const MOST_KEPT = 200;

/**
 * What was heard under a duty that was lost before the message was taken in. The service has done its part and does not tell it
 * again: where nobody else had the duty in between, this process takes the message in when it has it once more.
 */
export interface LeftBehind {
  /** This process has the duty now. What was heard before, in the order in which it was heard; what is another process's to answer is forgotten. */
  begin(duty: Duty): readonly IncomingMessage[];
  /** The duty under which it is to be taken in at once, if this process has it again already; else it is kept for `begin`. */
  keep(message: IncomingMessage, duty: Duty): Duty | null;
}

export function createLeftBehind(): LeftBehind {
  const current = new Map<string, Duty>();
  const kept = new Map<string, { readonly duty: Duty; readonly messages: IncomingMessage[] }>();
  return {
    begin(duty) {
      const left = kept.get(duty.name);
      kept.delete(duty.name);
      current.set(duty.name, duty);
      return left && isNext(left.duty, duty) ? left.messages : [];
    },
    keep(message, duty) {
      const now = current.get(duty.name);
      if (now && isNext(duty, now)) return now;
      if (now && now.generation > duty.generation) return null;
      const left = kept.get(duty.name);
      if (left?.duty.generation !== duty.generation) kept.set(duty.name, { duty, messages: [message] });
      else if (left.messages.length < MOST_KEPT) left.messages.push(message);
      return null;
    },
  };
}

/** Nobody had it between the two. */
function isNext(before: Duty, after: Duty): boolean {
  return after.generation === before.generation + 1;
}
