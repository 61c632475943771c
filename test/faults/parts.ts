import { setTimeout as delay } from 'node:timers/promises';
import type { BotProcess, Ending, Home } from '../support/process.ts';
import { freePort } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import type { Shape } from './plan.ts';

/** One of a round's processes; started again whenever it ends, as by a service manager. */
export interface Part {
  readonly name: string;
  readonly role: 'all' | 'bot' | 'worker';
  /** Of the process that runs now; null between two. */
  readonly pid: number | null;
  /** SIGKILL; started again after `downMs`. */
  kill(downMs: number): Promise<void>;
  /** SIGSTOP, and SIGCONT after that time. */
  pause(ms: number, giveUp: AbortSignal): Promise<void>;
}

/** A line on standard output, and which process said it. */
export interface Said {
  readonly part: string;
  readonly at: number;
  readonly line: string;
}

/** The processes of a round. */
export interface Parts {
  readonly all: readonly Part[];
  /** Everything that was said so far, in order. */
  said(): readonly Said[];
  /** Types a line into one that has a terminal, as soon as there is one, and gives that process. */
  type(line: string): Promise<BotProcess>;
  /** How processes ended that nobody had killed. */
  endedByThemselves(): readonly string[];
  stop(): Promise<void>;
}

interface Role {
  readonly role: Part['role'];
  readonly words: readonly string[];
}

const RESTART_MS = 200;
const READY_MS = 240_000;

const rolesOf = (shape: Shape): Role[] => {
  if (shape.kind === 'single') return [{ role: 'all', words: [] }];
  const many = (role: 'bot' | 'worker', count: number) =>
    Array.from({ length: count }, () => ({ role, words: [role] }));
  return [...many('bot', shape.bots), ...many('worker', shape.workers)];
};

/** Starts them all, and waits until each says that it is ready. */
export async function startParts(
  home: Home,
  shape: Shape,
  env: Readonly<Record<string, string>>,
): Promise<Parts> {
  const said: Said[] = [];
  const odd: string[] = [];
  let stopping = false;
  const parts = await Promise.all(rolesOf(shape).map((role, i) => openPart(role, i)));
  const stop = async () => {
    stopping = true;
    await Promise.all(parts.map((part) => part.end()));
  };
  try {
    await Promise.all(parts.map((part) => part.ready()));
  } catch (error) {
    await stop();
    throw error;
  }

  async function openPart({ role, words }: Role, index: number) {
    const stdin = role === 'all' ? 'pipe' : 'ignore';
    const name = role === 'all' ? role : `${role}-${index + 1}`;
    // The first one has the home's port, at which the round looks.
    const own =
      index === 0 ? {} : { PORT: String(await freePort()), DEPLOYDAY_DATA: `${home.data}-${index}` };
    let current: BotProcess | null = null;
    let isReady = false;
    let killed = false;
    let paused = false;

    function start(): void {
      const started = home.start({ words, env: { ...env, ...own }, stdin, onLine: (line) => hear(line) });
      current = started;
      killed = false;
      isReady = false;
      void started.ended.then((ending) => ended(ending));
    }

    function hear(line: string): void {
      said.push({ part: name, at: Date.now(), line });
      if (/^ready/.test(line)) isReady = true;
    }

    async function ended(ending: Ending): Promise<void> {
      current = null;
      const mayNotBeReady = !isReady && ending.code === 2;
      if (!killed && !stopping && !mayNotBeReady)
        odd.push(`${name} ended by itself with ${ending.code ?? ending.signal}: ${lastLines(ending)}`);
      if (killed) return;
      await delay(RESTART_MS);
      if (!stopping && !killed && current === null) start();
    }

    start();
    return {
      name,
      role,
      get pid() {
        return current?.pid ?? null;
      },
      get types() {
        return role === 'all' && current !== null && isReady && !paused && !killed ? current : null;
      },
      ready: () => until(() => isReady, { what: `${name} to be ready`, withinMs: READY_MS }),
      async kill(downMs: number) {
        killed = true;
        await current?.end('SIGKILL');
        await delay(downMs);
        if (!stopping && current === null) start();
      },
      async pause(ms: number, giveUp: AbortSignal) {
        const { pid } = current ?? {};
        if (pid === undefined) return;
        paused = true;
        process.kill(pid, 'SIGSTOP');
        await delay(ms, undefined, { signal: giveUp }).catch(() => {});
        process.kill(pid, 'SIGCONT');
        paused = false;
      },
      async end() {
        killed = true;
        await current?.end('SIGKILL');
      },
    };
  }

  return {
    all: parts,
    said: () => said,
    async type(line) {
      const able = await until(() => parts.find((part) => part.types)?.types, {
        what: 'a process with a terminal',
        withinMs: READY_MS,
      });
      able.type(line);
      return able;
    },
    endedByThemselves: () => odd,
    stop,
  };
}

/** A stack stands above what the runtime adds. */
const lastLines = ({ out, err }: Ending) =>
  (err || out).trim().split('\n').slice(-25).join(' | ').slice(-2_000);
