import { EventEmitter, once } from 'node:events';
import { open } from 'node:fs/promises';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Writable } from 'node:stream';

/** A file on its way to disk. Any number of readers follow it while it grows. */
export interface Download {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  /** Resolves to the number of bytes when the file is whole; rejects when it will never be. */
  readonly whole: Promise<number>;
  /** Writes the file to `to` as it comes, from the start. */
  copyTo(to: Writable): Promise<void>;
  /** Gives up, if the file is not whole yet. */
  cancel(): void;
  /** No further readers will come: the file is closed after the last one. */
  release(): Promise<void>;
}

export interface UpstreamRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A proxy that this host must use for plain HTTP, as apt is configured; `http://host:port`. */
  readonly via?: string;
}

/** Asks the archive; follows redirects, which mirrors use to hand out nearer ones. Resolves when the headers are there. */
export async function requestUpstream(request: UpstreamRequest, redirects = 5): Promise<IncomingMessage> {
  const url = new URL(request.url);
  const secure = url.protocol === 'https:';
  const proxy = !secure && request.via ? new URL(request.via) : null;
  const options = proxy
    ? {
        host: proxy.hostname,
        port: proxy.port || 80,
        path: request.url,
        headers: { ...request.headers, host: url.host },
      }
    : {
        host: url.hostname,
        port: url.port || undefined,
        path: url.pathname + url.search,
        headers: request.headers,
      };
  const asked = (secure ? https : http).get({ ...options, timeout: 30_000 });
  asked.once('timeout', () => asked.destroy(new Error(`${url.host} did not answer within 30 s`)));
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const { location } = answer.headers;
  if ([301, 302, 303, 307, 308].includes(answer.statusCode ?? 0) && location && redirects > 0) {
    answer.resume();
    const target = new URL(location, request.url);
    if (!/^https?:$/.test(target.protocol)) throw new Error(`${request.url} redirects to ${target.protocol}`);
    return requestUpstream({ ...request, url: target.href }, redirects - 1);
  }
  return answer;
}

/** Starts to write the answer to a new file at `path`. */
export async function download(answer: IncomingMessage, path: string): Promise<Download> {
  const file = await open(path, 'wx+', 0o600);
  const changed = new EventEmitter().setMaxListeners(0);
  let written = 0;
  let state: 'coming' | 'whole' | 'broken' = 'coming';
  let readers = 0;
  let released = false;

  async function receive(): Promise<number> {
    try {
      for await (const chunk of answer as AsyncIterable<Buffer>) {
        await file.write(chunk, 0, chunk.length, written);
        written += chunk.length;
        changed.emit('change');
      }
      const promised = answer.headers['content-length'];
      if (promised !== undefined && Number(promised) !== written)
        throw new Error(`${written} of ${promised} bytes came`);
      state = 'whole';
      return written;
    } catch (error) {
      state = 'broken';
      throw error;
    } finally {
      changed.emit('change');
    }
  }

  async function copyTo(to: Writable): Promise<void> {
    readers += 1;
    try {
      const buffer = Buffer.alloc(128 * 1024);
      let sent = 0;
      while (!to.destroyed) {
        if (sent < written) {
          const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, written - sent), sent);
          sent += bytesRead;
          if (!to.write(Buffer.from(buffer.subarray(0, bytesRead)))) await either(to, 'drain', to, 'close');
        } else if (state === 'coming') await either(changed, 'change', to, 'close');
        else return void (state === 'whole' ? to.end() : to.destroy());
      }
    } finally {
      readers -= 1;
      await closeIfUnused();
    }
  }

  async function closeIfUnused(): Promise<void> {
    if (released && readers === 0) await file.close().catch(() => {});
  }

  const whole = receive();
  whole.catch(() => {}); // readers and the cache each look at it in their own time
  return {
    path,
    headers: answer.headers,
    whole,
    copyTo,
    cancel: () => answer.destroy(new Error('the package cache is closing')),
    async release() {
      released = true;
      await closeIfUnused();
    },
  };
}

/** Resolves at the first of two events, and leaves no listener behind. */
function either(a: EventEmitter, eventOfA: string, b: EventEmitter, eventOfB: string): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      a.off(eventOfA, done);
      b.off(eventOfB, done);
      resolve();
    };
    a.once(eventOfA, done);
    b.once(eventOfB, done);
  });
}
