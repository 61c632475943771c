import { setTimeout as delay } from 'node:timers/promises';
import { type NodeLineOptions, openLine } from './node-line.ts';
import {
  type Connection,
  type OutputSink,
  type RemoteFile,
  type RemoteOutcome,
  type RemoteTask,
  TransportError,
} from './transport.ts';

/** How a task on a node ended, as far as could be found out. */
export type LinkOutcome =
  | RemoteOutcome
  | { readonly state: 'stopped'; readonly why: 'timeout' | 'cancelled'; readonly left: readonly string[] }
  | { readonly state: 'broke'; readonly why: string };

export interface LinkTask extends RemoteTask {
  /** How long it may run on its node, whoever follows it. */
  readonly timeoutMs: number;
  /** When an earlier process began it; absent: it is begun now. */
  readonly begunAt?: Date | null;
  /** Output bytes that were read before, by this or an earlier process. */
  readonly offset: number;
  /**
   * Null: no node has been asked to run it yet. Else the node's mark that was on record when it was begun: a node with another
   * one was reset or rebooted since, and is not asked to run it. Any other text: it is asked what became of it, and not to run it.
   */
  readonly knownMark: string | null;
}

/** What became of a file. Failed: the node said no (no such folder, a full disk). Broke: we could not find out. */
export type PutOutcome =
  | { readonly state: 'written' }
  | { readonly state: 'failed'; readonly why: string }
  | { readonly state: 'stopped'; readonly why: 'timeout' | 'cancelled' }
  | { readonly state: 'broke'; readonly why: string };

/** What is left of a task on its node: a line for each process that could not be ended. */
export type Cleared =
  | { readonly state: 'cleared'; readonly left: readonly string[] }
  | { readonly state: 'cancelled' }
  | { readonly state: 'broke'; readonly why: string };

/** Away: there is no connection now. */
export type Tidied =
  | { readonly state: 'tidied' | 'away' }
  | { readonly state: 'broke'; readonly why: string };

/** The one SSH connection of a run to one node: opened when first needed, opened again when it breaks. */
export interface NodeLink {
  run(task: LinkTask, sink: OutputSink, cancel: AbortSignal): Promise<LinkOutcome>;
  /** Writes a file; `content` is asked for anew whenever the connection had to be. */
  put(
    file: RemoteFile,
    content: () => AsyncIterable<Buffer>,
    options: { readonly timeoutMs: number; readonly cancel: AbortSignal },
  ): Promise<PutOutcome>;
  /**
   * Ends what is left of a task that has not ended by itself: somebody ended it, or its supervisor is gone, which says nothing of
   * the script. Another attempt must not join it.
   */
  clear(taskId: string, cancel: AbortSignal): Promise<Cleared>;
  /**
   * Ends all tasks whose ids begin so and that have not ended, whoever began them. When somebody cancels it is tried for as long as people
   * wait for that.
   */
  clearAll(prefix: string, cancel: AbortSignal): Promise<Exclude<Cleared, { readonly state: 'cancelled' }>>;
  /**
   * Lets the node forget these tasks and all whose end was heard of here, and sweep (see
   * {@link Connection.forget}). Not without a connection: none is opened for this.
   */
  tidy(taskIds: readonly string[], sweepOlderThanDays?: number): Promise<Tidied>;
  /** Why the node cannot be talked to just now, as far as that is known; null: nothing is known against it. */
  trouble(): string | null;
  /** Forgets the connection: the machine was reset, its next task connects anew. */
  drop(): void;
  close(): void;
}

export interface NodeLinkOptions extends NodeLineOptions {
  /**
   * Asked just before a node is asked to start anything: rejects when this process must not any more. To reach the node may have
   * taken minutes.
   */
  readonly mayStart?: () => Promise<void>;
}

const KILL_GRACE_MS = 2_000;
/** How long a task that somebody cancels is tried to be ended: people wait for it. */
const CANCEL_PATIENCE_MS = 20_000;
/** How long the end of a task that was ended may take to be heard of. */
const LAST_WORDS_MS = 500;
/** How long nothing may come of the output of a task that is over. */
const SILENCE_MS = 20_000;
/** By so much may a time limit be undercut: the node counts in hundredths of a second, our timers are not exact either. */
const TIMES_DIFFER_MS = 50;

export function openNodeLink(options: NodeLinkOptions): NodeLink {
  const line = openLine(options);
  const { mayStart = async () => {} } = options;

  /** Tasks that have ended on the node and been heard to their end. */
  const ended = new Set<string>();

  /** Runs or follows to the end, over as many connections as that takes. */
  async function follow(task: LinkTask, turn: Turn, sink: OutputSink): Promise<RemoteOutcome> {
    let { offset, knownMark } = task;
    const count: OutputSink = (chunk, at) => {
      offset = at + chunk.length;
      turn.heard = offset;
      line.heard();
      return sink(chunk, at);
    };
    if (knownMark !== null) line.expect();
    return line.use(async (open) => {
      // What is to be ended is not begun any more, and may never have been.
      if (turn.givenUp && turn.mayBeThere) return open.follow(task.id, offset, count);
      if (knownMark !== null && knownMark !== open.mark) return followThere(open, task.id, offset, count);
      await line.noted(open.mark);
      await mayStart();
      if (turn.givenUp) throw new Error(`${task.id} was given up before it was begun`);
      turn.mayBeThere = true;
      knownMark = open.mark;
      return open.run(task, offset, count);
    });
  }

  /** Ends it, and hears its last words from `following`. */
  async function stop(
    task: LinkTask,
    why: 'timeout' | 'cancelled',
    turn: Turn,
    following: Promise<RemoteOutcome>,
  ): Promise<LinkOutcome> {
    const killing = line.use((open) => open.kill(task.id, KILL_GRACE_MS));
    const killed = await (why === 'cancelled' ? within(CANCEL_PATIENCE_MS, killing) : killing);
    if (killed === null) {
      return { state: 'broke', why: notEnded(line.trouble()) };
    }
    const { left, exitCode, byItself } = killed;
    // What was over before, or got done all the same when it was to be cancelled, must not be done again.
    if (exitCode !== null && (byItself || (why === 'cancelled' && exitCode === 0)))
      return hearOut(exitCode, turn, following);
    await within(LAST_WORDS_MS, following).catch(() => null);
    return { state: 'stopped', why, left };
  }

  /** Ends a task that is not followed here; what is left of it. */
  async function end(open: Connection, id: string): Promise<readonly string[]> {
    const { left } = await open.kill(id, KILL_GRACE_MS);
    if (left.length === 0) ended.add(id);
    return left;
  }

  /** The end of a task that is over, once all that it said has come, however late that is. */
  async function hearOut(
    exitCode: number,
    turn: Turn,
    following: Promise<RemoteOutcome>,
  ): Promise<LinkOutcome> {
    for (;;) {
      const before = turn.heard;
      const last = await within(SILENCE_MS, following);
      if (last !== null) return last;
      if (turn.heard === before) {
        const reason = line.trouble() ?? 'its node does not send it';
        return {
          state: 'broke',
          why: `it ended with ${exitCode}, but its output could not be read: ${reason}`,
        };
      }
    }
  }

  /**
   * Waits until the task is over, its time is, or somebody cancels. When the time has come by our reckoning, the node is asked
   * how long the task has been running there: it may be over and not heard to its end yet, or have been begun late.
   */
  async function watch(
    task: LinkTask,
    following: Promise<RemoteOutcome>,
    cancel: AbortSignal,
  ): Promise<RemoteOutcome | 'timeout' | 'cancelled'> {
    const cancelled = untilCancelled(cancel);
    const end = Promise.race([following, cancelled.promise]);
    try {
      for (let left = timeLeft(task); ; ) {
        const first = await within(left, end);
        if (first !== null) return first;
        const asking = line.use((open) => open.runningFor(task.id)).then((ms) => ({ runningFor: ms }));
        asking.catch(() => {});
        const answer = await Promise.race([end, asking]);
        if (typeof answer === 'string' || 'state' in answer) return answer;
        left = task.timeoutMs - (answer.runningFor ?? 0);
        if (left <= TIMES_DIFFER_MS) return 'timeout';
      }
    } finally {
      cancelled.end();
    }
  }

  return {
    async run(task, sink, cancel) {
      const turn: Turn = { mayBeThere: task.knownMark !== null, givenUp: cancel.aborted, heard: task.offset };
      try {
        const following = follow(task, turn, sink);
        following.catch(() => {});
        const first = await watch(task, following, cancel);
        if (first === 'cancelled' && !turn.mayBeThere) {
          turn.givenUp = true;
          return { state: 'stopped', why: first, left: [] };
        }
        const outcome = typeof first === 'string' ? await stop(task, first, turn, following) : first;
        if (hasEnded(outcome)) ended.add(task.id);
        return outcome;
      } catch (error) {
        return broke(error);
      }
    },
    async put(file, content, { timeoutMs, cancel }) {
      const limit = untilStopped(timeoutMs, cancel);
      const giveUp = new AbortController();
      try {
        const writing = line.use((open) => open.put(file, content(), giveUp.signal));
        const first = await Promise.race([writing, limit.stopped]);
        if (typeof first !== 'string') return { state: 'written' };
        writing.catch(() => {});
        // Time that its node was away says nothing about the file.
        if (first === 'timeout' && line.now() === null)
          return { state: 'broke', why: line.trouble() ?? 'its node does not answer' };
        return { state: 'stopped', why: first };
      } catch (error) {
        if (error instanceof TransportError && error.fault === 'refused')
          return { state: 'failed', why: error.message };
        return broke(error);
      } finally {
        giveUp.abort();
        limit.end();
      }
    },
    async clear(taskId, cancel) {
      const cancelled = untilCancelled(cancel);
      try {
        const ending = line.use((open) => open.kill(taskId, KILL_GRACE_MS, { spareEnded: true }));
        ending.catch(() => {});
        const killed = await Promise.race([ending, cancelled.promise]);
        return killed === 'cancelled' ? { state: killed } : { state: 'cleared', left: killed.left };
      } catch (error) {
        return broke(error);
      } finally {
        cancelled.end();
      }
    },
    async clearAll(prefix, cancel) {
      const cancelled = untilCancelled(cancel);
      try {
        const ending = line.use(async (open) => {
          const found = await open.unended(prefix);
          // What was found may be another process's by now: to reach the node may have taken minutes.
          await mayStart();
          const left = await Promise.all(found.map((id) => end(open, id)));
          return left.flat();
        });
        ending.catch(() => {});
        const givenUp = cancelled.promise.then(() => within(CANCEL_PATIENCE_MS, ending));
        const left = await Promise.race([ending, givenUp]);
        return left === null ? { state: 'broke', why: notEnded(line.trouble()) } : { state: 'cleared', left };
      } catch (error) {
        return broke(error);
      } finally {
        cancelled.end();
      }
    },
    async tidy(taskIds, sweepOlderThanDays) {
      const open = line.now();
      if (!open) return { state: 'away' };
      try {
        await open.forget([...new Set([...ended, ...taskIds])], sweepOlderThanDays);
        ended.clear();
        return { state: 'tidied' };
      } catch (error) {
        return broke(error);
      }
    },
    trouble: line.trouble,
    drop: line.drop,
    close: line.close,
  };
}

/** How far a task has come here. */
interface Turn {
  /** Its node was asked to run it, or may have been by an earlier process. */
  mayBeThere: boolean;
  /** It is not to be begun any more. */
  givenUp: boolean;
  /** Bytes of its output, as far as it has come here. */
  heard: number;
}

const notEnded = (trouble: string | null) =>
  `it could not be ended and may still run: ${trouble ?? 'its node does not answer'}`;

const hasEnded = (outcome: LinkOutcome) =>
  outcome.state === 'finished' || (outcome.state === 'stopped' && outcome.left.length === 0);

/** What it comes to; null if it takes longer. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | null> {
  const timer = new AbortController();
  work.catch(() => {});
  try {
    return await Promise.race([work, delay(ms, null, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
}

async function followThere(
  open: Connection,
  id: string,
  offset: number,
  sink: OutputSink,
): Promise<RemoteOutcome> {
  const outcome = await open.follow(id, offset, sink);
  if (outcome.state !== 'absent') return outcome;
  return {
    state: 'unknown',
    why: 'its node was reset, rebooted or tidied up since it was begun, and has no trace of it',
  };
}

/** What is left of its time in ms, as far as we know: clocks of hosts differ, and the node's own has the last word. */
function timeLeft({ begunAt, timeoutMs }: LinkTask): number {
  if (!begunAt) return timeoutMs;
  return Math.min(timeoutMs, Math.max(0, begunAt.getTime() + timeoutMs - Date.now()));
}

function untilCancelled(cancel: AbortSignal) {
  const over = new AbortController();
  const promise = new Promise<'cancelled'>((resolve) => {
    if (cancel.aborted) resolve('cancelled');
    cancel.addEventListener('abort', () => resolve('cancelled'), { once: true, signal: over.signal });
  });
  return { promise, end: () => over.abort() };
}

/** Resolves with the reason when the time is over or somebody cancels. */
function untilStopped(timeoutMs: number, cancel: AbortSignal) {
  const timer = new AbortController();
  const cancelled = untilCancelled(cancel);
  const timeout = new Promise<'timeout'>((resolve) => {
    delay(timeoutMs, undefined, { signal: timer.signal }).then(
      () => resolve('timeout'),
      () => {},
    );
  });
  const end = () => {
    timer.abort();
    cancelled.end();
  };
  return { stopped: Promise.race([timeout, cancelled.promise]), end };
}

function broke(error: unknown): { readonly state: 'broke'; readonly why: string } {
  if (error instanceof TransportError) return { state: 'broke', why: error.message };
  throw error;
}
