import type { Readable, Writable } from 'node:stream';
import type { Adapter } from '../../adapters/adapter.ts';
import { createConsoleAdapter } from '../../adapters/console/adapter.ts';
import { createIrcAdapter } from '../../adapters/irc/adapter.ts';
import { complete } from '../command/complete.ts';
import type { Config } from '../config.ts';
import type { KnownNames } from '../known-names.ts';

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

/** The adapters of every configured chat service; the terminal last, so that its prompt comes after all that the start says. */
export function createAdapters(
  config: Config,
  terminal: Terminal | null,
  names: KnownNames,
  log: Log,
): Adapter[] {
  const networks = config.irc.map((network) => createIrcAdapter(network, { log }));
  if (!terminal) return networks;
  const typing = createConsoleAdapter({ ...terminal, complete: (line) => completions(line, names) });
  return [...networks, typing];
}

/** Whole lines that the typed one could go on to. */
function completions(line: string, names: KnownNames): string[] {
  const [words, typed] = complete(line, names.last());
  // A word that is the only way to go on is finished; after `key=` its value follows.
  const end = words.length === 1 && !words[0]?.endsWith('=') ? ' ' : '';
  return words.map((word) => line.slice(0, line.length - typed.length) + word + end);
}
