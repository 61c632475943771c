import { type Adapter, type MessageRef, SendError } from '../../adapters/adapter.ts';
import type { MessageKind, OutgoingMessage } from '../../adapters/message.ts';
import { forgetPosted, notePosted, postedBoard } from '../../db/boards.ts';
import type { Queryable } from '../../db/client.ts';
import { noteFound, noteLost } from '../../db/lost-channels.ts';
import { markKept, markRetry, markSent, markUndeliverable, type OutboxRow } from '../../db/outbox.ts';
import { pauseAfter } from './backoff.ts';
import { tellLost } from './tell-lost.ts';

/** What became of an attempt to say a message; noted in one transaction. */
export type Fate =
  | { readonly is: 'said'; readonly ref: MessageRef | null }
  | { readonly is: 'missed'; readonly error: Error };

/** A channel that is lost is asked for again so often, for so long: somebody may invite the bot back. */
const LOST_PAUSE_MS = 60_000;
const LOST_FOR_MS = 24 * 60 * 60_000;
/** What waits for somebody who is away. An answer does not: who asked asks again, and a code is old by then. */
const FOR_LATER: readonly unknown[] = ['outcome', 'question', 'notice'] satisfies MessageKind[];

/** Says a message: as a change of its board's message where there is one to change, else as a new post. */
export async function deliver(db: Queryable, adapter: Adapter, row: OutboxRow): Promise<Fate> {
  const message = row.message as OutgoingMessage;
  try {
    if (row.board === null || !adapter.features.edit) return { is: 'said', ref: await post() };
    const posted = await postedBoard(db, row.board, row.channel);
    if (posted) {
      await adapter.edit(posted.ref as MessageRef, message);
      return { is: 'said', ref: posted.ref as MessageRef };
    }
    const ref = await post();
    // An attempt before may have got through with what the board said then.
    if (row.attempts > 1) await adapter.edit(ref, message);
    return { is: 'said', ref };
  } catch (error) {
    return { is: 'missed', error: error as Error };
  }

  function post(): Promise<MessageRef> {
    // What cannot be changed is said anew in each edition.
    const key = row.edition > 1 && !adapter.features.edit ? `${row.key}-${row.edition}` : row.key;
    const again = row.attempts > 1;
    return adapter.send(row.channel, message, {
      key,
      again,
      ...(row.replyTo ? { replyTo: row.replyTo } : {}),
    });
  }
}

/** Notes what became of it. Returns a line for the log, where somebody should know. `settled`: nothing more will come of it. */
export async function noteFate(
  tx: Queryable,
  adapter: Adapter,
  row: OutboxRow,
  fate: Fate,
): Promise<{ readonly settled: boolean; readonly tell?: string }> {
  const { kind, asks } = row.message as OutgoingMessage;
  // What takes the place of a question is the answer.
  const isAnswer = row.board !== null && kind === 'question';
  if (fate.is === 'said') {
    // The same may be asked several times in a channel, and each of them has buttons.
    const standsAs = row.board ?? (asks === undefined ? null : `${asks}:${row.id}`);
    if (standsAs !== null && adapter.features.edit && fate.ref) {
      await notePosted(tx, standsAs, row.channel, fate.ref, isAnswer);
    }
    await markSent(tx, row, { canEdit: adapter.features.edit });
    const found = await noteFound(tx, row.channel);
    return { settled: true, ...(found ? { tell: `${row.channel}: can be posted to again` } : {}) };
  }
  const { error } = fate;
  const { message } = error;
  const { retryable, retryAfter, lost, advice } =
    error instanceof SendError ? error : new SendError(message, { retryable: true });
  if (lost === 'message' && row.board !== null) {
    const isOver = isAnswer || (await postedBoard(tx, row.board, row.channel))?.final === true;
    await forgetPosted(tx, row.board, row.channel);
    // How a run goes on is shown anew; that it has ended is told by its outcome.
    if (isOver) await markSent(tx, row, { canEdit: adapter.features.edit });
    else await markRetry(tx, row.id, 0, message);
    return { settled: isOver };
  }
  const isYoung = Date.now() - row.createdAt.getTime() < LOST_FOR_MS;
  if (lost === 'channel') {
    const isNew = await noteLost(tx, adapter.name, row.channel, message);
    if (isNew) await tellLost(tx, row.channel, advice);
    const isKept = row.board === null && isYoung;
    if (isKept) await markRetry(tx, row.id, LOST_PAUSE_MS, message);
    else await markUndeliverable(tx, row.id, message);
    const tell = `${row.channel}: nothing can be posted there: ${message}; outcomes are kept for a day. This is told once`;
    return { settled: !isKept, ...(isNew ? { tell } : {}) };
  }
  if (lost === 'person' && FOR_LATER.includes(kind) && row.board === null && isYoung) {
    await markKept(tx, row.id, LOST_PAUSE_MS, message);
    // Asked for again every minute, told once.
    const tell = row.error === message ? {} : { tell: `${row.channel}: it is kept for a day: ${message}` };
    return { settled: false, ...tell };
  }
  if (!retryable) {
    await markUndeliverable(tx, row.id, message);
    return { settled: true, tell: `${row.channel}: a message cannot be delivered: ${message}` };
  }
  await markRetry(tx, row.id, pauseAfter(row.attempts, retryAfter), message);
  return { settled: false };
}
