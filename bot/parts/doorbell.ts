import type { Database } from '../../db/client.ts';
import { CHANNELS } from '../../db/events.ts';
import type { Listener } from '../../db/listen.ts';
import { poolOfRun } from '../../db/run-pools.ts';
import type { Queue } from '../../engine/queue.ts';
import { createNotifyQueue } from '../../engine/queues/notify.ts';
import { StartError } from '../start-error.ts';
import { shownUrl } from './connecting.ts';

export interface DoorbellOptions {
  readonly redisUrl: string | null;
  readonly database: Database;
  readonly listener: Listener;
  /** This process starts runs, or lets them go on: it tells Redis of them. */
  readonly rings: boolean;
  readonly say: (line: string) => void;
  readonly log: (line: string) => void;
}

/**
 * How workers hear of runs: the database's notifications, or BullMQ with a Redis. A Redis that cannot be reached now stops
 * nothing, as one that goes away later does not; one that refuses us needs another REDIS_URL.
 */
export async function openDoorbell(options: DoorbellOptions): Promise<Queue> {
  const { redisUrl, database, listener, log } = options;
  if (redisUrl === null) return createNotifyQueue(listener);
  // Loaded only where it is used: it is a quarter of this process's memory.
  const { createBullQueue } = await import('../../engine/queues/bullmq.ts');
  const { tryRedis } = await import('../../engine/queues/try-redis.ts');
  const found = await tryRedis(redisUrl);
  const where = `REDIS_URL: the Redis at ${shownUrl(redisUrl)}`;
  if (found.state === 'refuses') throw new StartError(`${where} cannot be used: ${found.why}`);
  if (found.state === 'away')
    options.say(
      `warning: ${where} cannot be reached: ${found.why}; going on: it is tried again and again, and until then runs start up to 2 s later`,
    );

  const queue = createBullQueue({ url: redisUrl, log });
  const stopRinging = options.rings ? listener.on(CHANNELS.runs, (id) => void ring(Number(id))) : () => {};
  return {
    onRing: queue.onRing,
    close() {
      stopRinging();
      return queue.close();
    },
  };

  /** Every transaction that wants a worker says so by a notification. */
  async function ring(id: number): Promise<void> {
    try {
      const pool = await poolOfRun(database.db, id);
      if (pool !== null) await queue.ring({ id, pool });
    } catch (error) {
      log(`run ${id}: nobody was rung for: ${(error as Error).message}`);
    }
  }
}
