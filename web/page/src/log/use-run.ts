import { useEffect, useState } from 'preact/hooks';
import { get, isPassing, type Line, type Run, type Task } from '../api.ts';
import { type Connection, follow } from '../live.ts';
import type { Filter } from './filter.ts';
import { append, EMPTY, type Log } from './log.ts';

/** Lines that are there when the page opens; older ones are in the text log. */
const TAIL = 2000;
const RETRY_MS = 2000;
/** Lines that come within this time are drawn together. */
const DRAW_MS = 100;

interface Answer {
  readonly lines: readonly Line[];
  readonly after: number;
  readonly more: boolean;
}

/** A run and the part of its output that passes the filter, live. */
export function useRun(
  id: number,
  filter: Filter,
  onConnection: (connection: Connection) => void,
): { run: Run | null; log: Log; refused: Error | null } {
  const [run, setRun] = useState<Run | null>(null);
  const [log, setLog] = useState<Log>(EMPTY);
  const [refused, setRefused] = useState<Error | null>(null);

  useEffect(() => {
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let drawing: ReturnType<typeof setTimeout> | undefined;
    const waiting: Line[] = [];
    let stop = () => {};

    /** First the last lines, asked for with the filter; then the stream from there on. */
    async function open(): Promise<void> {
      try {
        let answer = await get<Answer>(`/api/runs/${id}/output?${query(filter)}&tail=${TAIL}`, gone.signal);
        const lines = [...answer.lines];
        while (answer.more) {
          answer = await get<Answer>(
            `/api/runs/${id}/output?${query(filter)}&after=${answer.after}`,
            gone.signal,
          );
          lines.push(...answer.lines);
        }
        setLog({ ...append(EMPTY, lines), cut: lines.length >= TAIL });
        listen(answer.after);
      } catch (error) {
        if (gone.signal.aborted) return;
        if (!isPassing(error)) return setRefused(error as Error);
        onConnection('reconnecting');
        timer = setTimeout(open, RETRY_MS);
      }
    }

    function draw(): void {
      drawing = undefined;
      const lines = waiting.splice(0);
      setLog((known) => append(known, lines));
    }

    function listen(start: number): void {
      let seen = start;
      stop = follow({
        url: (after) => `/api/runs/${id}/stream?after=${after ?? start}`,
        after: start,
        on: {
          run: (data) => setRun(data as Run),
          head: (data) => setRun((known) => known && { ...known, ...(data as Partial<Run>) }),
          tasks: (data) =>
            setRun((known) => known && { ...known, tasks: merged(known.tasks, data as Task[]) }),
          output: (data) => {
            const fresh = (data as Line[]).filter((line) => line.id > seen);
            seen = fresh.at(-1)?.id ?? seen;
            waiting.push(...fresh.filter((line) => passes(line, filter)));
            if (waiting.length > 0) drawing ??= setTimeout(draw, DRAW_MS);
          },
        },
        onConnection,
      });
    }

    void open();
    return () => {
      gone.abort();
      clearTimeout(timer);
      clearTimeout(drawing);
      stop();
    };
  }, [id, filter.node, filter.step]);
  return { run, log, refused };
}

/** The filter as a query of the API or the text log. */
export function query({ node, step }: Filter): string {
  return new URLSearchParams({
    ...(node === null ? {} : { node }),
    ...(step === null ? {} : { step }),
  }).toString();
}

function passes(line: Line, { node, step }: Filter): boolean {
  return (node === null || line.node === node) && (step === null || line.step === step);
}

function merged(tasks: readonly Task[], changed: readonly Task[]): Task[] {
  const news = new Map(changed.map((task) => [task.id, task]));
  return tasks.map((task) => news.get(task.id) ?? task);
}
