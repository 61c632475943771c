import { setTimeout as pause } from 'node:timers/promises';
import { Worker as Answers, ErrorCode, type Job, Queue as Rings } from 'bullmq';
import { Redis } from 'ioredis';
import type { Queue } from '../queue.ts';

export interface BullQueue extends Queue {
  /** Rings for a run at one of the workers that serve its pool. Never rejects: a ring that fails is one that is lost. */
  ring(run: { readonly id: number; readonly pool: string }): Promise<void>;
}

interface RingData {
  readonly runId: number;
}

/** Braces keep all keys on one node of a Redis Cluster. */
const PREFIX = '{deployday}';
const queueName = (pool: string) => `runs-${pool}`;

const RECONNECT_MOST_MS = 2_000;
/** Longer than a busy Redis takes, shorter than the sweep that finds the run anyway. */
const RING_PATIENCE_MS = 1_500;
const CLOSE_PATIENCE_MS = 500;

/**
 * BullMQ on Redis or Valkey: each ring goes to one worker that serves the pool, as a job with the run's id and nothing
 * else. A job is done as soon as the run is taken, or found taken, and leaves nothing behind. Redis may be away, at the
 * start or later: that is told once, and so is its return.
 */
export function createBullQueue({ url, log }: { url: string; log: (line: string) => void }): BullQueue {
  const common = {
    retryStrategy: (times: number) => Math.min(100 * 2 ** Math.min(times, 10), RECONNECT_MOST_MS),
    disconnectTimeout: 200,
  };
  const ringing = new Redis(url, {
    ...common,
    enableOfflineQueue: false,
    commandTimeout: RING_PATIENCE_MS,
    maxRetriesPerRequest: 0,
  });
  // BullMQ waits for as long as it takes; it makes the connection on which it blocks from this one.
  const answering = new Redis(url, { ...common, maxRetriesPerRequest: null });
  const rings = new Map<string, Rings<RingData>>();
  const answers = new Set<Answers<RingData>>();
  const told = tellOnce(ringing, log);
  answering.on('error', () => {});

  function ringsOf(pool: string): Rings<RingData> {
    const known = rings.get(pool);
    if (known) return known;
    const made = new Rings<RingData>(queueName(pool), {
      connection: ringing,
      prefix: PREFIX,
      streams: { events: { maxLen: 100 } },
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    made.on('error', told.trouble);
    rings.set(pool, made);
    return made;
  }

  return {
    async ring({ id, pool }) {
      if (ringing.status !== 'ready') return;
      try {
        // One that waits stands for both; while one is being answered, the later one is kept and comes after it.
        const deduplication = { id: `run-${id}`, keepLastIfActive: true };
        await ringsOf(pool).add('ring', { runId: id }, { deduplication });
      } catch (error) {
        told.trouble(error as Error);
      }
    },

    onRing(pool, answer) {
      const worker = new Answers<RingData>(queueName(pool), (job: Job<RingData>) => answer(job.data.runId), {
        connection: answering,
        prefix: PREFIX,
        concurrency: 8,
        runRetryDelay: 500,
      });
      worker.on('error', told.trouble);
      answers.add(worker);
      return () => {
        answers.delete(worker);
        void end(worker);
      };
    },

    async close() {
      told.stop();
      await Promise.all([...answers].map(end));
      await Promise.all([...rings.values()].map((each) => each.close()));
      ringing.disconnect();
      answering.disconnect();
    },
  };

  /** BullMQ waits for its connection when it ends, however long that takes. */
  async function end(worker: Answers<RingData>): Promise<void> {
    const ended = worker.close(answering.status !== 'ready').catch(told.trouble);
    await Promise.race([ended, pause(CLOSE_PATIENCE_MS, undefined, { ref: false })]);
  }
}

/** Tells when the connection is lost and when it is back, once each, and every other trouble once per outage. */
function tellOnce(client: Redis, log: (line: string) => void) {
  let state: 'new' | 'up' | 'down' | 'over' = 'new';
  const said = new Set<string>();
  client.on('ready', () => {
    if (state === 'down') log('redis: back; it rings for runs again');
    said.clear();
    if (state !== 'over') state = 'up';
  });
  client.on('close', () => {
    if (state === 'up' || state === 'new') {
      log('redis: cannot be reached; runs are found by looking for them until it is back');
      state = 'down';
    }
  });
  const trouble = (error: Error): void => {
    const { message } = error;
    if (state !== 'up' || isForgotten(error) || said.has(message)) return;
    said.add(message);
    log(`redis: ${message}`);
  };
  client.on('error', trouble);
  return {
    trouble,
    stop() {
      state = 'over';
    },
  };
}

/** Redis was emptied while a ring was being answered: the answer is what counts, and nothing is missed. */
function isForgotten(error: Error & { readonly code?: unknown }): boolean {
  return error.code === ErrorCode.JobNotExist || error.code === ErrorCode.JobLockNotExist;
}
