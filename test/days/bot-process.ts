import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../bot/config/package-root.ts';
import { until } from '../support/until.ts';
import type { DayClock } from './clock.ts';

/** The bot of a day, which is one process after the other. */
export interface BotProcess {
  /** Starts it, and waits until it says that it is ready. */
  start(): Promise<void>;
  /** Ends it, as asked or at once, and waits for its end. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Tells it what time it is, and resolves when it knows. */
  tell(time: number): Promise<void>;
  /** How often it was started. */
  starts(): number;
  /** What it has written, all processes of the day together. */
  readonly log: readonly string[];
}

const START_WITHIN_MS = 90_000;

/** `file`: its configuration. */
export function createBotProcess(
  file: string,
  env: Readonly<Record<string, string>>,
  clock: DayClock,
): BotProcess {
  const log: string[] = [];
  let starts = 0;
  let current: ReturnType<typeof launch> | null = null;

  function launch() {
    const root = packageRoot();
    // It must not outlive whoever plays the day.
    const child = spawn(
      'setpriv',
      [
        '--pdeathsig',
        'KILL',
        process.execPath,
        join(root, 'test', 'days', 'bot.js'),
        join(root, 'dist'),
        file,
      ],
      {
        env: { ...process.env, ...env, DAY_CLOCK: String(clock.now()) },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    let isReady = false;
    let isOver = false;
    const waiting: (() => void)[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        log.push(chunk);
        if (/^ready/m.test(chunk)) isReady = true;
      });
    }
    child.on('message', () => waiting.shift()?.());
    child.on('error', () => {});
    const ended = new Promise<void>((resolve) => {
      child.once('close', () => {
        isOver = true;
        for (const told of waiting.splice(0)) told();
        resolve();
      });
    });
    return {
      ended,
      isReady: () => isReady,
      isOver: () => isOver,
      kill: (signal: 'SIGTERM' | 'SIGKILL') => child.kill(signal),
      tell: (time: number) =>
        new Promise<void>((resolve) => {
          if (isOver || !child.connected) return resolve();
          waiting.push(resolve);
          child.send({ time }, (error) => error && resolve());
        }),
    };
  }

  return {
    log,
    starts: () => starts,
    async start() {
      starts += 1;
      const started = launch();
      current = started;
      await until(
        () => {
          if (started.isOver()) throw new Error(`the bot has ended:\n${log.join('').slice(-3_000)}`);
          return started.isReady();
        },
        { what: 'the bot to be ready', withinMs: START_WITHIN_MS },
      );
      await started.tell(clock.now());
    },
    async end(signal) {
      current?.kill(signal);
      await current?.ended;
      current = null;
    },
    async tell(time) {
      if (current?.isReady()) await current.tell(time);
    },
  };
}
