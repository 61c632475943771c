import http from 'node:http';

export interface SseMessage {
  readonly event: string;
  readonly id: number | null;
  readonly data: unknown;
}

export interface SseClient {
  readonly status: number;
  readonly messages: readonly SseMessage[];
  /** The lines of all output messages so far. */
  lines(): { id: number; text: string; node: string; step: string }[];
  /** The last id seen; what a browser would send as Last-Event-ID. */
  lastId(): number | null;
  /** Resolves when a message fits, at once if one is there already. */
  until(fits: (message: SseMessage) => boolean): Promise<SseMessage>;
  /** Resolves when the server has ended or dropped the connection. */
  readonly closed: Promise<void>;
  pause(): void;
  close(): void;
}

const LONGEST_WAIT_MS = 15_000;

/** Server-sent events as they are on the wire: only what a blank line has ended counts, as in a browser. */
export function openSse(url: string, headers: Record<string, string> = {}): Promise<SseClient> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { headers, agent: false }, (response) => {
      const messages: SseMessage[] = [];
      const waiting = new Set<(message: SseMessage | null) => void>();
      let rest = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        const parts = (rest + chunk).split('\n\n');
        rest = parts.pop() ?? '';
        for (const part of parts) {
          const message = parse(part);
          if (!message) continue;
          messages.push(message);
          for (const tell of [...waiting]) tell(message);
        }
      });
      response.on('error', () => {});
      const closed = new Promise<void>((end) => response.on('close', end));
      void closed.then(() => {
        for (const tell of [...waiting]) tell(null);
      });
      resolve({
        status: response.statusCode ?? 0,
        messages,
        closed,
        lines: () => messages.filter(({ event }) => event === 'output').flatMap(({ data }) => data as never),
        lastId: () => messages.findLast(({ id }) => id !== null)?.id ?? null,
        until(fits) {
          const found = messages.find(fits);
          if (found) return Promise.resolve(found);
          return new Promise((resolve, reject) => {
            const give = (error: Error | null, message?: SseMessage) => {
              waiting.delete(tell);
              clearTimeout(timer);
              if (message) resolve(message);
              else reject(error);
            };
            const tell = (message: SseMessage | null) => {
              if (message === null) give(new Error('the stream ended before the message came'));
              else if (fits(message)) give(null, message);
            };
            const timer = setTimeout(
              () =>
                give(
                  new Error(
                    `no such message within ${LONGEST_WAIT_MS} ms; got ${JSON.stringify(messages).slice(0, 500)}`,
                  ),
                ),
              LONGEST_WAIT_MS,
            );
            waiting.add(tell);
          });
        },
        pause: () => void response.pause(),
        close: () => void request.destroy(),
      });
    });
    request.on('error', reject);
  });
}

function parse(block: string): SseMessage | null {
  let event = '';
  let id: number | null = null;
  let data = '';
  for (const line of block.split('\n')) {
    const [, key, value = ''] = /^(\w+): (.*)$/.exec(line) ?? [];
    if (key === 'event') event = value;
    if (key === 'id') id = Number(value);
    if (key === 'data') data += value;
  }
  return event === '' ? null : { event, id, data: JSON.parse(data) };
}
