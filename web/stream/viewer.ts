import { once } from 'node:events';
import type { FastifyReply } from 'fastify';

/** One open server-sent event stream. */
export interface Viewer {
  readonly open: boolean;
  /** Writes whole messages. A viewer that does not take them off is dropped; it comes back with the id it has. */
  send(messages: string | Buffer): void;
  /** Resolves when the viewer has taken off what was written, or is gone. */
  drained(): Promise<void>;
  onClose(callback: () => void): void;
  close(): void;
}

/** Bytes that may wait for a slow viewer before it is dropped. */
const MOST_WAITING = 1024 * 1024;

/** One server-sent event; without `id` it does not move the position that a viewer resumes at. */
export function message(event: string, data: unknown, id?: number): string {
  return `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}

export function openViewer(reply: FastifyReply, onDropped: () => void): Viewer {
  reply.hijack();
  const raw = reply.raw;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // Proxies such as nginx would hold lines back.
    'x-accel-buffering': 'no',
  });
  raw.on('error', () => {});
  // How long a browser waits before it comes back by itself.
  raw.write('retry: 1000\n\n');
  const isOpen = () => !raw.destroyed && !raw.writableEnded;
  return {
    get open() {
      return isOpen();
    },
    send(messages) {
      if (!isOpen()) return;
      if (raw.writableLength > MOST_WAITING) {
        onDropped();
        raw.destroy();
        return;
      }
      raw.write(messages);
    },
    async drained() {
      if (!isOpen() || !raw.writableNeedDrain) return;
      const gone = new AbortController();
      const leave = () => gone.abort();
      raw.once('close', leave);
      await once(raw, 'drain', { signal: gone.signal }).catch(() => {});
      raw.off('close', leave);
    },
    onClose(callback) {
      if (raw.closed || raw.destroyed) callback();
      else raw.once('close', callback);
    },
    close() {
      if (isOpen()) raw.end();
    },
  };
}
