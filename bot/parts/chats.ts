import type { Readable, Writable } from 'node:stream';
import type { Adapter, Guide } from '../../adapters/adapter.ts';
import { createConsoleAdapter } from '../../adapters/console/adapter.ts';
import { complete } from '../command/complete.ts';
import type { Config } from '../config.ts';
import type { KnownNames } from '../known-names.ts';
import type { SlackDoor } from './slack-door.ts';

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

/** A chat service as it is configured: one connection, which one process has at a time. */
export interface Chat {
  /** The same in every process: `irc:lab`. */
  readonly key: string;
  /** A new one each time: an adapter that was stopped does not start again. */
  create(): Adapter;
}

/** Loads the libraries of those services only that are configured: each takes a second and 50 MB. */
export async function chatsOf(config: Config, log: Log, guide: Guide, door: SlackDoor): Promise<Chat[]> {
  const { irc, discord, slack } = config;
  const chats: Chat[] = [];
  if (irc.length > 0) {
    const { createIrcAdapter } = await import('../../adapters/irc/adapter.ts');
    for (const network of irc)
      chats.push({ key: `irc:${network.network}`, create: () => createIrcAdapter(network, { log, guide }) });
  }
  if (slack) {
    const { createSlackAdapter } = await import('../../adapters/slack/adapter.ts');
    chats.push({ key: 'slack', create: () => door.lead(createSlackAdapter(slack, { log, guide })) });
  }
  if (discord) {
    const { createDiscordAdapter } = await import('../../adapters/discord/adapter.ts');
    chats.push({ key: 'discord', create: () => createDiscordAdapter(discord, { log, guide }) });
  }
  return chats;
}

/** `name`: `console`, or one of its own where several processes have a terminal each. */
export function createTerminal(terminal: Terminal, name: string, names: KnownNames): Adapter {
  return createConsoleAdapter({ ...terminal, name, complete: (line) => completions(line, names) });
}

/** Whole lines that the typed one could go on to. */
function completions(line: string, names: KnownNames): string[] {
  const [words, typed] = complete(line, names.last());
  // A word that is the only way to go on is finished; after `key=` its value follows.
  const end = words.length === 1 && !words[0]?.endsWith('=') ? ' ' : '';
  return words.map((word) => line.slice(0, line.length - typed.length) + word + end);
}
