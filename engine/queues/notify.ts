import { CHANNELS } from '../../db/events.ts';
import type { Listener } from '../../db/listen.ts';
import type { Queue } from '../queue.ts';

/**
 * LISTEN/NOTIFY: nothing beside the database that is there anyway. The transaction that writes a run, or lets one go on,
 * rings; every worker hears every ring (docs/decisions/0002-queue.md).
 */
export function createNotifyQueue(listener: Listener): Queue {
  return {
    onRing: (_pool, answer) => listener.on(CHANNELS.runs, (payload) => void answer(Number(payload))),
    async close() {},
  };
}
