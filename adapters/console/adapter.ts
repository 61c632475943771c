import { randomUUID } from 'node:crypto';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { type Adapter, type IncomingMessage, type MessageRef, SendError } from '../adapter.ts';
import type { OutgoingMessage } from '../message.ts';
import { consoleLines } from './lines.ts';
import { createScreen } from './screen.ts';

export interface ConsoleOptions {
  /** Default: the process's own. */
  readonly input?: Readable;
  readonly output?: Writable;
  /** Shown only on a terminal. Default `deployday> `. */
  readonly prompt?: string;
  /** Where several processes have a terminal each, `console:HOST-PID`. Default `console`. */
  readonly name?: string;
  /** What the typed line could go on to: whole lines. For the Tab key. */
  readonly complete?: (line: string) => readonly string[];
}

/** Whoever sits at a terminal. */
const IDENTITY = 'console:local';

/** The channel of the terminal of that name: `console:local`, or `NAME/local` for one with a name of its own. */
export function consoleChannel(name: string): string {
  return name === 'console' ? 'console:local' : `${name}/local`;
}

/** The terminal as a channel. */
export function createConsoleAdapter(options: ConsoleOptions = {}): Adapter {
  const { input = process.stdin, output = process.stdout, prompt = 'deployday> ', complete } = options;
  const name = options.name ?? 'console';
  const channel = consoleChannel(name);
  const interactive = isTerminal(input) && isTerminal(output);
  let typing: Interface | undefined;
  let screen: ReturnType<typeof createScreen> | undefined;
  let state: 'new' | 'running' | 'stopped' = 'new';

  function start(receive: (message: IncomingMessage) => void): void {
    state = 'running';
    output.on('error', ignored);
    const lines = createInterface({
      input,
      ...(interactive ? { output } : {}),
      terminal: interactive,
      prompt,
      historySize: 1000,
      removeHistoryDuplicates: true,
      ...(complete ? { completer: (line: string) => [[...complete(line)], line] } : {}),
    });
    typing = lines;
    lines.on('line', (text) => {
      screen?.disturbed();
      if (text.trim() !== '') {
        const sender = { identity: IDENTITY, display: 'console' };
        receive({ adapter: name, id: randomUUID(), channel, privately: channel, sender, text: text.trim() });
      }
      if (state === 'running' && interactive && typing) lines.prompt();
    });
    lines.on('close', () => {
      typing = undefined;
      screen?.end();
    });
    if (!interactive) return;
    screen = createScreen(output as WriteStream, lines);
    output.on('resize', disturbed);
    // In raw mode the terminal sends no signals by itself. As in a shell: first the line goes, then the program.
    lines.on('SIGINT', () => {
      if (lines.line === '') return process.kill(process.pid, 'SIGINT');
      lines.write(null, { ctrl: true, name: 'e' });
      lines.write(null, { ctrl: true, name: 'u' });
    });
    lines.prompt();
  }

  const disturbed = (): void => screen?.disturbed();
  /** A reader who has gone away shows as a failed write; the event beside it must not end the process. */
  const ignored = (): void => {};

  function check(to: string): void {
    if (to !== channel) throw new SendError(`${to} is no channel of ${name}`, { retryable: false });
    if (state !== 'running')
      throw new SendError(`${channel}: the adapter is not running`, { retryable: true });
  }

  async function show(ref: MessageRef, message: OutgoingMessage, again: boolean): Promise<void> {
    check(ref.channel);
    const columns = isTerminal(output) ? (output.columns ?? 80) : Number.POSITIVE_INFINITY;
    const lines = consoleLines(message, columns);
    if (screen) {
      if (again) screen.replace(ref.id, lines);
      else screen.write(ref.id, lines);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      output.write(`${lines.join('\n')}\n`, (cause) => {
        if (!cause) return resolve();
        reject(
          new SendError(`${channel}: cannot write to the terminal: ${cause.message}`, {
            retryable: false,
            cause,
          }),
        );
      });
    });
  }

  return {
    name,
    features: { edit: interactive, rich: false },
    async start(receive) {
      if (state === 'stopped') throw new Error(`${name} was stopped; create a new adapter`);
      if (state === 'new') start(receive);
    },
    async send(to, message) {
      const ref = { channel: to, id: randomUUID() };
      await show(ref, message, false);
      return ref;
    },
    async edit(ref, message) {
      if (!interactive)
        throw new SendError(`${ref.channel}: a pipe keeps what was written`, { retryable: false });
      await show(ref, message, true);
    },
    async stop() {
      if (state !== 'running') {
        state = 'stopped';
        return;
      }
      state = 'stopped';
      typing?.close();
      input.pause();
      output.off('resize', disturbed);
    },
  };
}

function isTerminal(stream: Readable | Writable): stream is WriteStream {
  return 'isTTY' in stream && stream.isTTY === true;
}
