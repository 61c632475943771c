import { isDeepStrictEqual } from 'node:util';
import { adapterOf } from '../adapters/channel.ts';
import type { OutgoingMessage } from '../adapters/message.ts';
import { finishBoard, openSessionBoards, type SessionBoard } from '../db/boards.ts';
import type { Database } from '../db/client.ts';
import { DutyLost } from '../db/duties.ts';
import type { Listener } from '../db/listen.ts';
import { isLost } from '../db/lost-channels.ts';
import { boardSaid, boardSaidAt, putMessage } from '../db/outbox.ts';
import { sessionById, sessionOfChannel } from '../db/sessions.ts';
import { boardNow } from './board-of-session.ts';
import type { ConnectedChat } from './boards.ts';
import { onDuty } from './duty/held.ts';
import { type Follower, followEvents } from './follow-events.ts';
import type { Services } from './handlers/handler.ts';
import { sessionBoardOver } from './replies/session-board.ts';

export interface SessionBoardsOptions extends Pick<Services, 'admins' | 'now' | 'links'> {
  readonly database: Database;
  readonly listener: Listener;
  /** Those that are connected now. */
  readonly chats: () => Iterable<ConnectedChat>;
  /** Milliseconds between two changes of a board, at least. */
  readonly everyMs?: number;
  readonly log: (line: string) => void;
}

/** Readers look at a board now and then; a service lets some fifty messages a minute be changed, for all boards together. */
const EVERY_MS = 8_000;

/**
 * Keeps the boards of sessions up to date where they were put up: changed in place, when something has changed, and never often.
 * Where a service lets no message be changed, the board is what `session board` answers, and nothing follows.
 */
export function followSessionBoards(options: SessionBoardsOptions): Follower {
  const { database, listener, chats, everyMs = EVERY_MS, log } = options;

  async function follow(): Promise<void> {
    const connected = new Map(Array.from(chats(), (chat) => [chat.name, chat]));
    if (connected.size === 0) return;
    for (const board of await openSessionBoards(database.db)) {
      const chat = connected.get(adapterOf(board.channel));
      if (chat?.features.edit) await keep(board, chat);
    }
  }

  async function keep(board: SessionBoard, chat: ConnectedChat): Promise<void> {
    const { db } = database;
    const session = await sessionById(db, board.sessionId);
    if (!session) return;
    const over = await whyOver(board, session.endedAt);
    if (over)
      return finish(board, chat, sessionBoardOver(session.name, over, options.links.session(session)));
    const said = await boardSaidAt(db, board.board, board.channel);
    if (said !== null && Date.now() - said.getTime() < everyMs) return;
    const message = await boardNow(db, options, session);
    // As the database keeps it.
    const kept = JSON.parse(JSON.stringify(message));
    if (isDeepStrictEqual(kept, await boardSaid(db, board.board, board.channel))) return;
    if (await isLost(db, board.channel)) return;
    await put(board, chat, message);
  }

  async function whyOver({ channel, sessionId, isOld }: SessionBoard, endedAt: Date | null) {
    if (endedAt !== null) return 'ended';
    if (isOld) return 'moved';
    return (await sessionOfChannel(database.db, channel))?.id === sessionId ? null : 'unlinked';
  }

  function put({ board, channel }: SessionBoard, { name, duty }: ConnectedChat, message: OutgoingMessage) {
    return onDuty(database, duty, async (tx) => {
      await putMessage(tx, { adapter: name, channel, board, message });
    });
  }

  function finish({ board, channel }: SessionBoard, { name, duty }: ConnectedChat, message: OutgoingMessage) {
    return onDuty(database, duty, async (tx) => {
      if (!(await finishBoard(tx, board, channel))) return;
      await putMessage(tx, { adapter: name, channel, board, message });
    });
  }

  return followEvents(listener, follow, (error) => {
    if (error instanceof DutyLost) return;
    log(`keeping the boards of sessions up to date failed, trying again: ${error.message}`);
  });
}
