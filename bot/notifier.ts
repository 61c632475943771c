import { adapterOf } from '../adapters/channel.ts';
import type { OutgoingMessage } from '../adapters/message.ts';
import type { Database, Queryable } from '../db/client.ts';
import { environmentById } from '../db/environments.ts';
import { CHANNELS, type Event, moveCursor, nextEvents } from '../db/events.ts';
import type { Listener } from '../db/listen.ts';
import { boardSaidAt, putMessage } from '../db/outbox.ts';
import { runById, runsGoingOn, tasksOf, tasksWithNodes } from '../db/runs.ts';
import type { Links } from './links.ts';
import { outcomeView } from './outcome-view.ts';
import { runBoard } from './replies/board.ts';
import { outcomeMessage } from './replies/outcome.ts';
import { unknownQuestion } from './replies/question.ts';

export interface NotifierOptions {
  readonly database: Database;
  readonly listener: Listener;
  readonly links: Links;
  /** Whether the channel's service can replace a message in place; null when no such adapter is running. */
  readonly canEdit: (adapter: string) => boolean | null;
  readonly log: (line: string) => void;
}

/** Turns events into what is said: a status board per run, and a post of its own for each outcome. */
export interface Notifier {
  stop(): Promise<void>;
}

const READER = 'notifier';
const BATCH = 200;
/** Edited boards follow at most this often; a chat service allows about one edit a second. */
const EDIT_EVERY_MS = 1_500;
/** Where nothing can be edited, progress is a new line: few of them. */
const POST_EVERY_MS = 30_000;
const TICK_MS = 2_000;

export function startNotifier({ database, listener, links, canEdit, log }: NotifierOptions): Notifier {
  let working: Promise<void> | null = null;
  let again = false;
  let stopped = false;

  /** One reader at a time; what comes meanwhile makes it look once more. */
  function look(): void {
    if (stopped) return;
    if (working) {
      again = true;
      return;
    }
    working = readAll()
      .catch((error: Error) => log(`telling what happened failed, trying again: ${error.message}`))
      .finally(() => {
        working = null;
        if (again) {
          again = false;
          look();
        }
      });
  }

  async function readAll(): Promise<void> {
    while (!stopped && (await readSome())) {}
    await followBoards();
  }

  /** Reads a batch of events; what they say is persisted in the transaction that moves the cursor: never lost, never twice. */
  function readSome(): Promise<boolean> {
    return database.db.transaction(async (tx) => {
      const batch = await nextEvents(tx, READER, BATCH);
      for (const event of batch) {
        if (event.kind === 'run.ended') await tellOutcome(tx, event);
        if (event.kind === 'run.waiting') await ask(tx, event);
      }
      const last = batch.at(-1);
      if (last) await moveCursor(tx, READER, last.id);
      return batch.length === BATCH;
    });
  }

  async function tellOutcome(tx: Queryable, event: Event): Promise<void> {
    const run = await runById(tx, event.runId as number);
    if (!run) return;
    const message = outcomeMessage(await outcomeView(tx, run, links));
    await say(tx, run.channel, null, message);
  }

  /** A run waits for people to say what became of its tasks. */
  async function ask(tx: Queryable, event: Event): Promise<void> {
    const run = await runById(tx, event.runId as number);
    if (run?.state !== 'waiting') return;
    const environment = await environmentById(tx, run.environmentId);
    const unknown = (await tasksWithNodes(tx, run.id)).filter(({ state }) => state === 'unknown');
    await say(tx, run.channel, null, unknownQuestion(environment.name, unknown, links.run(run.id)));
  }

  /** The boards of runs that go on: edited in place, or a line now and then. */
  async function followBoards(): Promise<void> {
    for (const run of await runsGoingOn(database.db)) {
      const edits = canEdit(adapterOf(run.channel));
      if (edits === null) continue;
      const board = `run:${run.id}`;
      const said = (await boardSaidAt(database.db, board, run.channel)) ?? run.startedAt ?? run.createdAt;
      if (Date.now() - said.getTime() < (edits ? EDIT_EVERY_MS : POST_EVERY_MS)) continue;
      const environment = await environmentById(database.db, run.environmentId);
      const message = runBoard(environment.name, run, await tasksOf(database.db, run.id), links);
      await say(database.db, run.channel, board, edits ? message : { text: message.text });
    }
  }

  function say(
    tx: Queryable,
    channel: string,
    board: string | null,
    message: OutgoingMessage,
  ): Promise<void> {
    return putMessage(tx, { adapter: adapterOf(channel), channel, board, message });
  }

  const stops = [listener.on(CHANNELS.events, look), listener.onReconnect(look)];
  const timer = setInterval(look, TICK_MS);
  look();
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      for (const stop of stops) stop();
      await working;
    },
  };
}
