import type { AdapterFeatures } from '../adapters/adapter.ts';
import { adapterOf } from '../adapters/channel.ts';
import type { OutgoingMessage } from '../adapters/message.ts';
import { boardOfRun, finishBoard, reopenBoard, unfinishedBoards } from '../db/boards.ts';
import type { Database } from '../db/client.ts';
import { type Duty, DutyLost } from '../db/duties.ts';
import { environmentById } from '../db/environments.ts';
import type { Listener } from '../db/listen.ts';
import { isLost } from '../db/lost-channels.ts';
import { boardSaidAt, putMessage } from '../db/outbox.ts';
import { lockRun, type Run, runsGoingOn, tasksOf } from '../db/runs.ts';
import { onDuty } from './duty/held.ts';
import { type Follower, followEvents } from './follow-events.ts';
import { forRequester } from './for-one.ts';
import type { Links } from './links.ts';
import { endedBoard, runBoard } from './replies/board.ts';

/** A chat service that this process is connected to. */
export interface ConnectedChat {
  /** As its channels begin; a service may tell it only once it is connected. */
  readonly name: string;
  readonly features: AdapterFeatures;
  /** Null: it is this process's alone. */
  readonly duty: Duty | null;
}

export interface BoardsOptions {
  readonly database: Database;
  readonly listener: Listener;
  readonly links: Links;
  /** Those that are connected now. */
  readonly chats: () => Iterable<ConnectedChat>;
  readonly pauses?: BoardPauses;
  readonly log: (line: string) => void;
}

/** Milliseconds. */
export interface BoardPauses {
  /** Edited boards follow at most this often; a chat service allows about one edit a second. */
  readonly edit: number;
  /** Where nothing can be edited, progress is a new line: the first one after so long, the next after twice as long, up to `lineMost`. */
  readonly line: number;
  readonly lineMost: number;
}

const PAUSES: BoardPauses = { edit: 1_500, line: 30_000, lineMost: 15 * 60_000 };

/** Milliseconds until progress is told again, when it was told the last time at this age of the run: each pause is twice the one before. */
export function linePause(age: number, { line, lineMost }: BoardPauses = PAUSES): number {
  return Math.min(lineMost, line + Math.max(0, age));
}

/** Keeps a status board per run that goes on: edited in place where the service can, or a line ever more rarely. */
export function followBoards(options: BoardsOptions): Follower {
  const { database, listener, links, chats, pauses = PAUSES, log } = options;

  async function follow(): Promise<void> {
    const connected = new Map(Array.from(chats(), (chat) => [chat.name, chat]));
    if (connected.size === 0) return;
    for (const run of await runsGoingOn(database.db)) {
      // Nobody asked for it.
      if (run.detail.scheduled) continue;
      const chat = connected.get(adapterOf(run.channel));
      if (chat && (await isDue(run, chat.features))) await tell(run, chat);
    }
    for (const run of await unfinishedBoards(database.db)) {
      const chat = connected.get(adapterOf(run.channel));
      if (chat) await finish(run, chat);
    }
  }

  async function isDue(run: Run, { edit }: AdapterFeatures): Promise<boolean> {
    const begun = run.startedAt ?? run.createdAt;
    const said = (await boardSaidAt(database.db, boardOfRun(run.id), run.channel)) ?? begun;
    const pause = edit ? pauses.edit : linePause(said.getTime() - begun.getTime(), pauses);
    if (Date.now() - said.getTime() < pause) return false;
    return !(await isLost(database.db, run.channel));
  }

  async function tell(run: Run, { name, features, duty }: ConnectedChat): Promise<void> {
    const environment = await environmentById(database.db, run.environmentId);
    const message = runBoard(environment.name, run, await tasksOf(database.db, run.id), links);
    await onDuty(database, duty, async (tx) => {
      // Its outcome may have been told meanwhile, and no board comes after that.
      if ((await lockRun(tx, run.id))?.state !== 'running') return;
      const board = boardOfRun(run.id);
      await reopenBoard(tx, board, run.channel);
      const { text, link } = message;
      const short: OutgoingMessage = { kind: 'board', text, ...(link === undefined ? {} : { link }) };
      const shown = await forRequester(tx, run, features.edit ? message : short);
      await putMessage(tx, { adapter: name, channel: run.channel, board, message: shown });
    });
  }

  /** The outcome is a post of its own; the board must not say for ever that the run goes on. */
  async function finish(run: Run, { name, duty }: ConnectedChat): Promise<void> {
    const environment = await environmentById(database.db, run.environmentId);
    const message = endedBoard(environment.name, run, await tasksOf(database.db, run.id), links);
    const board = boardOfRun(run.id);
    await onDuty(database, duty, async (tx) => {
      if (!(await finishBoard(tx, board, run.channel))) return;
      await putMessage(tx, { adapter: name, channel: run.channel, board, message });
    });
  }

  return followEvents(listener, follow, (error) => {
    if (error instanceof DutyLost) return;
    log(`showing how runs go on failed, trying again: ${error.message}`);
  });
}
