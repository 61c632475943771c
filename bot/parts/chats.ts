import type { Readable, Writable } from 'node:stream';
import type { Adapter } from '../../adapters/adapter.ts';
import { createConsoleAdapter } from '../../adapters/console/adapter.ts';
import { createIrcAdapter } from '../../adapters/irc/adapter.ts';
import type { Config } from '../config.ts';

/** The terminal that the process was started in, as far as it can be a channel. */
export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
}

export interface Log {
  info(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

/** The adapters of every configured chat service; the terminal first. */
export function createAdapters(config: Config, terminal: Terminal | null, log: Log): Adapter[] {
  const networks = config.irc.map((network) => createIrcAdapter(network, { log }));
  return terminal ? [createConsoleAdapter(terminal), ...networks] : networks;
}
