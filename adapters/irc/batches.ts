import type { RawMessage } from 'irc-framework';

/** A group of messages that belong together (IRCv3 `batch`). */
export interface Batch {
  readonly type: string;
  readonly params: readonly string[];
  /** Tags of the line that opened it; what concerns the whole (label, message id, account) is said there. */
  readonly tags: RawMessage['tags'];
  /** The batch that this one is a part of. */
  readonly within: Batch | undefined;
}

/** A message of the server, with the batch that it came in and the one that it ends. */
export interface Heard extends RawMessage {
  readonly batch: Batch | undefined;
  readonly opens: Batch | undefined;
  readonly ends: Batch | undefined;
}

/** More are never open at once on an honest server. */
const MOST_OPEN = 100;

/**
 * Knows which batches are open on one connection. Done here because irc-framework hands over batches only when they end, without the tags
 * they were opened with, and loses those that lie within another.
 */
export function batchReader(): (message: RawMessage) => Heard {
  const open = new Map<string, Batch>();
  return (message) => {
    const batch = open.get(message.tags.batch ?? '');
    const [reference = '', type = '', ...params] = message.command === 'BATCH' ? message.params : [];
    const id = reference.slice(1);
    if (reference.startsWith('+') && open.size < MOST_OPEN) {
      const opens = { type, params, tags: message.tags, within: batch };
      open.set(id, opens);
      return { ...message, batch, opens, ends: undefined };
    }
    const ends = reference.startsWith('-') ? open.get(id) : undefined;
    if (ends) open.delete(id);
    return { ...message, batch, opens: undefined, ends };
  };
}

/** The batch and those that it lies within, innermost first. */
export function* enclosing(batch: Batch | undefined): Generator<Batch> {
  for (let each = batch; each; each = each.within) yield each;
}

/** Old lines that a server or bouncer plays back; whoever said them no longer waits for an answer. */
const HISTORY = new Set(['chathistory', 'draft/chathistory', 'znc.in/playback', 'playback']);

export function isHistory(batch: Batch | undefined): boolean {
  for (const { type } of enclosing(batch)) if (HISTORY.has(type)) return true;
  return false;
}

/** The label of the request that this answers, wherever the server put it. */
export function labelOf({ tags, batch }: Heard): string | undefined {
  if (tags.label !== undefined) return tags.label;
  for (const each of enclosing(batch)) if (each.tags.label !== undefined) return each.tags.label;
  return undefined;
}
