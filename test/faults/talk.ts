import { setTimeout as delay } from 'node:timers/promises';
import { connectPerson } from '../support/irc/client.ts';
import { type ModernServer, startModern } from '../support/irc/modern/server.ts';
import type { Said } from '../support/irc/modern/world.ts';
import { until } from '../support/until.ts';
import type { Parts } from './parts.ts';

/** A line that the bot said to people. */
export interface Heard {
  readonly line: string;
  /** In ms since 1970. */
  readonly at: number;
}

/** Where the person and the bot talk. */
export interface Talk {
  /** Says a line as soon as a bot listens; what it gives tells whether that bot has gone since. */
  say(line: string): Promise<() => boolean>;
  /** Everything that the bot has said, in order, also what it has taken back since (as it does with old progress): for who reads on. */
  heard(): readonly Heard[];
  /** What of it stands there now. */
  standing(): readonly Heard[];
  /** Whether a bot is there. */
  isHeld(): boolean;
  stop(): Promise<void>;
}

const LISTENS_WITHIN_MS = 60_000;
/** What goes to the log stands on standard output where there is no terminal. */
const LOGGED = /^\{"level":/;

/** At the terminal of the one process. */
export function terminalOf(parts: Parts): Talk {
  const heard = () => parts.said().filter(({ line }) => !LOGGED.test(line));
  return {
    async say(line) {
      const process = await parts.type(line);
      let gone = false;
      void process.ended.then(() => {
        gone = true;
      });
      return () => gone;
    },
    heard,
    standing: heard,
    isHeld: () => parts.all.some(({ pid }) => pid !== null),
    stop: async () => {},
  };
}

export const NICK = 'deployday';
export const PERSON = 'alice';
export const NETWORK = 'lab';
export const ROOM = '#deploy-day';

/** In a room on IRC, where bots come and go. */
export interface Room extends Talk {
  readonly server: ModernServer;
}

export async function openRoom(): Promise<Room> {
  const server = await startModern();
  const person = await connectPerson(server, { nick: PERSON });
  await person.join(ROOM);
  const { world } = server;
  // One that waits for its name to be free has another one for a while.
  const isBot = (nick: string) => nick.startsWith(NICK);
  const here = () => [...world.room(ROOM)].find(({ nick }) => isBot(nick));
  const times = new Map<string, number>();
  const linesOf = ({ id, lines }: Said): Heard[] => {
    const at = times.get(id) ?? Date.now();
    times.set(id, at);
    return lines.map(({ text }) => ({ line: text, at }));
  };
  const ofBots = () => world.said.filter(({ source }) => isBot(source));
  return {
    server,
    async say(line) {
      const bot = await until(here, { what: `a bot in ${ROOM}`, withinMs: LISTENS_WITHIN_MS });
      person.say(ROOM, `!${line}`);
      return () => !world.sessions.has(bot);
    },
    heard: () => ofBots().flatMap(linesOf),
    standing: () =>
      ofBots()
        .filter(({ redacted }) => !redacted)
        .flatMap(linesOf),
    isHeld: () => here() !== undefined,
    async stop() {
      await person.quit();
      await Promise.race([server.remove(), delay(2_000)]);
    },
  };
}
