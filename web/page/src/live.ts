/** Whether what the page shows is what is so: `reconnecting` means it may be behind. */
export type Connection = 'connecting' | 'live' | 'reconnecting';

export interface Follow {
  /** The stream's address when the last id received is this. */
  readonly url: (after: number | null) => string;
  readonly after: number | null;
  /** By the name of the message. */
  readonly on: Readonly<Record<string, (data: unknown, id: number) => void>>;
  readonly onConnection: (connection: Connection) => void;
}

/** The server gives a sign of life every 15 s; silence for longer is a dead connection. */
const SILENCE_MS = 40_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;

/**
 * Follows a stream of server-sent events until the returned function is called, and comes back by itself after the last
 * message it got. EventSource would do so too, but gives up for good when a proxy answers with an error, and never notices
 * a connection that is dead but not closed.
 */
export function follow({ url, after: start, on, onConnection }: Follow): () => void {
  let after = start;
  let source: EventSource;
  let wait = FIRST_WAIT_MS;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;

  function open(): void {
    source = new EventSource(url(after));
    source.onopen = () => alive('live');
    source.onerror = again;
    for (const name of ['beat', 'end', ...Object.keys(on)]) {
      source.addEventListener(name, (event) => {
        alive('live');
        const id = Number(event.lastEventId);
        if (event.lastEventId !== '' && Number.isSafeInteger(id)) after = id;
        if (name === 'end') stop();
        on[name]?.(JSON.parse(event.data), id);
      });
    }
    alive('connecting');
  }

  function alive(state: 'live' | 'connecting'): void {
    clearTimeout(silence);
    silence = setTimeout(again, SILENCE_MS);
    if (state === 'connecting') return;
    wait = FIRST_WAIT_MS;
    onConnection('live');
  }

  function again(): void {
    stop();
    onConnection('reconnecting');
    // A little apart, so that all the room does not come back in one moment.
    retry = setTimeout(open, wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }

  function stop(): void {
    clearTimeout(silence);
    clearTimeout(retry);
    source.close();
  }

  open();
  return stop;
}
