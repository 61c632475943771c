import { fstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { createApp, type Role } from '../app.ts';
import type { Config } from '../config.ts';
import type { Log } from '../parts/chats.ts';
import type { Invocation } from './invocation.ts';

/** Runs until a signal ends it, or it cannot go on. */
export async function serve(
  { config, packageRoot, version }: Invocation,
  role: Role = 'everything',
): Promise<number> {
  const hasTerminal = role !== 'worker' && config.console && stdinIsOpen();
  const say = (line: string) => process.stdout.write(`${line}\n`);
  say(`Deployday ${version}`);
  for (const warning of config.warnings) say(`warning: ${warning}`);
  // Asked to end while still starting: end as soon as that is possible.
  const ended = endSignal();
  const app = await createApp({
    config,
    packageRoot,
    version,
    role,
    say,
    log: openLog(config, hasTerminal),
    terminal: hasTerminal ? { input: process.stdin, output: process.stdout } : null,
  });
  const reason = await Promise.race([ended, app.died]);
  if (reason instanceof Error) say(`ending: ${reason.message}`);
  await app.stop();
  say('ended; environments keep running, the next start finds them again');
  endSoon();
  return reason instanceof Error ? 1 : 0;
}

/** Libraries leave timers behind (BullMQ waits 5 s before it asks a Redis again that is away): nobody waits for these. */
function endSoon(): void {
  setTimeout(() => process.exit(), 250).unref();
}

/** npm passes on a signal that its whole process group got already: what comes so soon after the first is the same one. */
const SAME_SIGNAL_MS = 1_000;

/** Fulfilled by the first SIGTERM or SIGINT; a second one ends the process at once. */
function endSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked: number | null = null;
    const take = (signal: NodeJS.Signals) => {
      if (asked !== null && Date.now() - asked > SAME_SIGNAL_MS) process.exit(1);
      asked ??= Date.now();
      resolve(signal);
    };
    process.on('SIGTERM', take);
    process.on('SIGINT', take);
  });
}

/** A terminal or a pipe with commands; not /dev/null, and not a closed stdin. */
function stdinIsOpen(): boolean {
  if (process.stdin.isTTY) return true;
  try {
    const stat = fstatSync(0);
    return stat.isFIFO() || stat.isSocket() || stat.isFile();
  } catch {
    return false;
  }
}

/** Beside a terminal that people type in, the log goes to a file; otherwise to standard output. */
function openLog(config: Config, hasTerminal: boolean): Log {
  const folder = join(config.data, 'log');
  if (hasTerminal) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const target = hasTerminal ? join(folder, 'deployday.log') : 1;
  const logger = pino(
    { level: config.logLevel, base: null },
    pino.destination({ dest: target, sync: false }),
  );
  return {
    info: (line) => logger.info(line),
    warn: (line) => logger.warn(line),
    error: (line) => logger.error(line),
  };
}
