import pg from 'pg';
import { type Connection, connectionConfig } from './client.ts';

export interface Listener {
  /** Calls back for each notification of the channel; returns the way to stop. */
  on(channel: string, callback: (payload: string) => void): () => void;
  /** Called after a lost connection is back: notifications in between are lost, so readers look for themselves. */
  onReconnect(callback: () => void): () => void;
  close(): Promise<void>;
}

const RETRY_MS = 500;

/** One connection that LISTENs for the whole process and comes back by itself. */
export async function openListener(
  connection: Connection,
  channels: readonly string[],
  log: (line: string) => void = () => {},
): Promise<Listener> {
  const callbacks = new Map<string, Set<(payload: string) => void>>();
  const reconnected = new Set<() => void>();
  let client: pg.Client | null = null;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const next = new pg.Client(connectionConfig(connection));
    next.on('notification', ({ channel, payload }) => {
      for (const callback of callbacks.get(channel) ?? []) callback(payload ?? '');
    });
    next.on('error', (error) => lost(next, error));
    next.on('end', () => lost(next));
    try {
      await next.connect();
      for (const channel of channels) await next.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      next.end().catch(() => {});
      throw error;
    }
    client = next;
  }

  function lost(which: pg.Client, error?: Error): void {
    if (closed || which !== client) return;
    client = null;
    log(`database: the notification connection was lost${error ? ` (${error.message})` : ''}; reconnecting`);
    again();
  }

  function again(): void {
    retry = setTimeout(() => {
      connect().then(
        () => {
          if (closed) void client?.end();
          else for (const callback of reconnected) callback();
        },
        () => {
          if (!closed) again();
        },
      );
    }, RETRY_MS);
  }

  await connect();
  return {
    on(channel, callback) {
      const set = callbacks.get(channel) ?? new Set();
      callbacks.set(channel, set.add(callback));
      return () => set.delete(callback);
    },
    onReconnect(callback) {
      reconnected.add(callback);
      return () => reconnected.delete(callback);
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      await client?.end().catch(() => {});
    },
  };
}
