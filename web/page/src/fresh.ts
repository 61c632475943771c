import { useEffect, useState } from 'preact/hooks';
import { type EventNotice, isPassing } from './api.ts';
import { type Connection, follow } from './live.ts';

export interface Fresh<Answer> {
  readonly answer: Answer | null;
  /** Why there is none, when asking again does not help. */
  readonly refused: Error | null;
}

/** Changes that come close together are fetched once. */
const GATHER_MS = 250;
const RETRY_MS = 2000;

/** An answer put together by `load`, and loaded anew whenever something happens that `concerns` it. */
export function useFresh<Answer>(
  load: (signal: AbortSignal) => Promise<Answer>,
  concerns: (event: EventNotice) => boolean,
  onConnection: (connection: Connection) => void,
): Fresh<Answer> {
  const [fresh, setFresh] = useState<Fresh<Answer>>({ answer: null, refused: null });
  useEffect(() => {
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let behind = true;

    function soon(ms: number): void {
      timer ??= setTimeout(refresh, ms);
    }

    async function refresh(): Promise<void> {
      timer = undefined;
      try {
        const answer = await load(gone.signal);
        if (!gone.signal.aborted) setFresh({ answer, refused: null });
      } catch (error) {
        if (gone.signal.aborted) return;
        if (isPassing(error)) soon(RETRY_MS);
        else setFresh({ answer: null, refused: error as Error });
      }
    }

    const stop = follow({
      url: (after) => (after === null ? '/api/stream' : `/api/stream?after=${after}`),
      after: null,
      on: {
        event: (data) => {
          if (concerns(data as EventNotice)) soon(GATHER_MS);
        },
      },
      onConnection: (connection) => {
        onConnection(connection);
        // What happened before the stream was open, or while it was not.
        if (connection === 'reconnecting') behind = true;
        else if (behind) {
          behind = false;
          soon(0);
        }
      },
    });
    void refresh();
    return () => {
      gone.abort();
      clearTimeout(timer);
      stop();
    };
  }, []);
  return fresh;
}
