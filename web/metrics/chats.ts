import { Gauge, type Registry } from 'prom-client';
import type { Queryable } from '../../db/client.ts';
import { countLost } from '../../db/lost-channels.ts';
import { countMessages } from '../../db/outbox.ts';

/** What waits to be said, and where nothing can be said; returns the way to count it anew. */
export function measureChats(registers: Registry[]): (db: Queryable) => Promise<void> {
  const labelNames = ['adapter'] as const;
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames, registers });
  const waiting = gauge('deployday_outbox_waiting', 'Messages that wait to be said');
  const oldest = gauge('deployday_outbox_oldest_seconds', 'How long the oldest of them has waited');
  const undeliverable = gauge('deployday_outbox_undeliverable', 'Messages that could not be said');
  const lost = gauge('deployday_lost_channels', 'Channels that nothing can be posted to');

  return async (db) => {
    const [messages, channels] = await Promise.all([countMessages(db), countLost(db)]);
    for (const each of [waiting, oldest, undeliverable, lost]) each.reset();
    for (const { adapter, ...counted } of messages) {
      waiting.labels(adapter).set(counted.waiting);
      oldest.labels(adapter).set(counted.oldestSeconds);
      undeliverable.labels(adapter).set(counted.undeliverable);
    }
    for (const { adapter, count } of channels) lost.labels(adapter).set(count);
  };
}
