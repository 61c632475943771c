import { adapterOf } from '../adapters/channel.ts';
import type { OutgoingMessage } from '../adapters/message.ts';
import { boardOfRun } from '../db/boards.ts';
import type { Database, Queryable } from '../db/client.ts';
import { type Duty, DutyLost } from '../db/duties.ts';
import { environmentById } from '../db/environments.ts';
import { type Event, moveCursor, nextEvents } from '../db/events.ts';
import type { Listener } from '../db/listen.ts';
import { putMessage, supersede } from '../db/outbox.ts';
import { type Run, runById, unknownTasksOf } from '../db/runs.ts';
import type { Ending } from '../engine/follow-ending.ts';
import { closeDueVotes } from './close-votes.ts';
import { onDuty } from './duty/held.ts';
import { type Follower, followEvents } from './follow-events.ts';
import { forRequester } from './for-one.ts';
import type { Links } from './links.ts';
import { newsIn } from './news-in.ts';
import { viewAtEnd } from './outcome-view.ts';
import { askedAbout } from './replies/asked-about.ts';
import { endingMessage } from './replies/ending.ts';
import { outcomeMessage } from './replies/outcome.ts';
import { unknownQuestion } from './replies/question.ts';
import { showAnswer } from './show-answer.ts';
import { tellDrift } from './tell-drift.ts';
import { tellOfVote } from './tell-votes.ts';

export interface NotifierOptions {
  readonly database: Database;
  readonly listener: Listener;
  readonly links: Links;
  readonly now: () => Date;
  /** Of all processes only the one that has it tells what happened. */
  readonly duty: Duty;
  readonly log: (line: string) => void;
}

const READER = 'notifier';
const BATCH = 200;

/** Turns events into what is said: a post for each outcome, and a question where a run waits for people. */
export function startNotifier({ database, listener, links, now, duty, log }: NotifierOptions): Follower {
  /** Reads a batch of events; what they say is persisted in the transaction that moves the cursor: never lost, never twice. */
  function readSome(): Promise<boolean> {
    return onDuty(database, duty, async (tx) => {
      const batch = await nextEvents(tx, READER, BATCH);
      for (const event of batch) {
        if (event.kind === 'run.ended') await tellOutcome(tx, event);
        if (event.kind === 'run.waiting') await ask(tx, event);
        await showAnswer(tx, event);
        if (event.kind === 'run.ending') await tellEnding(tx, event);
        if (event.kind === 'vote.asked' || event.kind === 'vote.closed') await tellOfVote(tx, event, say);
        for (const { channel, message } of await newsIn(tx, event, { links, now: now() })) {
          await say(tx, channel, message);
        }
      }
      const last = batch.at(-1);
      if (last) await moveCursor(tx, READER, last.id);
      return batch.length === BATCH;
    });
  }

  async function tellOutcome(tx: Queryable, event: Event): Promise<void> {
    const run = await runById(tx, event.runId as number);
    if (!run) return;
    if (run.detail.scheduled) return tellDrift(tx, run, links, say);
    const view = await viewAtEnd(tx, run, event, links);
    // The board of a try that goes on is wanted.
    if (run.endedAt !== null) await supersede(tx, boardOfRun(run.id), run.channel);
    await sayOf(tx, view.run, outcomeMessage(view));
  }

  /** A run that is to end waits for something. */
  async function tellEnding(tx: Queryable, event: Event): Promise<void> {
    const run = await runById(tx, event.runId as number);
    if (!run || run.endedAt !== null) return;
    await sayOf(tx, run, endingMessage(event.data as unknown as Ending, links.run(run.id)));
  }

  /** A run waits for people to say what became of its tasks. */
  async function ask(tx: Queryable, event: Event): Promise<void> {
    const run = await runById(tx, event.runId as number);
    if (run?.state !== 'waiting') return;
    const environment = await environmentById(tx, run.environmentId);
    const unknown = await unknownTasksOf(tx, run.id);
    const question = unknownQuestion(environment.name, unknown, links.run(run.id));
    await sayOf(tx, run, { ...question, asks: askedAbout.run(run.id, event.id) });
  }

  async function sayOf(tx: Queryable, run: Run, message: OutgoingMessage): Promise<void> {
    await say(tx, run.channel, await forRequester(tx, run, message));
  }

  async function say(tx: Queryable, channel: string, message: OutgoingMessage): Promise<void> {
    await putMessage(tx, { adapter: adapterOf(channel), channel, board: null, message });
  }

  return followEvents(
    listener,
    async (isStopped) => {
      while (!isStopped() && (await onDuty(database, duty, closeDueVotes)) > 0) {}
      while (!isStopped() && (await readSome())) {}
    },
    (error) => {
      // Whoever has the duty tells it.
      if (error instanceof DutyLost) return;
      log(`telling what happened failed, trying again: ${error.message}`);
    },
  );
}
