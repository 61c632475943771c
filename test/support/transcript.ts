/** Lines that a program says, for a test that reads them one after the other. */
export interface Transcript {
  /** Takes in what was said, in whatever pieces it comes. */
  push(chunk: string): void;
  /** The next line that matches, from where the last call stopped reading; rejects with what was said instead. */
  heard(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Nothing more will come: whoever waits is told at once. */
  end(why: string): void;
  readonly lines: readonly string[];
  /** Everything said so far; `>` marks what nobody has read. */
  text(): string;
}

const PATIENCE_MS = 15_000;

/** `onLine` hears each line at once. */
export function createTranscript(onLine: (line: string) => void = () => {}): Transcript {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let read = 0;
  let rest = '';
  let ended: string | null = null;

  const wake = (): void => {
    for (const look of waiting) look();
  };
  const text = () => lines.map((line, i) => (i < read ? `  ${line}` : `> ${line}`)).join('\n');

  return {
    push(chunk) {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts);
      parts.forEach(onLine);
      wake();
    },
    end(why) {
      ended = why;
      wake();
    },
    heard(pattern, timeoutMs = PATIENCE_MS) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => settle(), timeoutMs);
        const settle = (line?: string): void => {
          clearTimeout(timer);
          waiting.delete(look);
          const why = ended ?? `within ${timeoutMs} ms`;
          if (line === undefined) reject(new Error(`${pattern} was not said (${why}); instead:\n${text()}`));
          else resolve(line);
        };
        const look = (): void => {
          const at = lines.findIndex((line, i) => i >= read && pattern.test(line));
          if (at >= 0) {
            read = at + 1;
            settle(lines[at]);
          } else if (ended !== null) settle();
        };
        waiting.add(look);
        look();
      });
    },
    lines,
    text,
  };
}
