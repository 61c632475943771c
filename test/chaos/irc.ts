import { setTimeout as pause } from 'node:timers/promises';
import { connectPerson, type IrcPerson } from '../support/irc/client.ts';
import { eventually } from '../support/irc/daemon.ts';
import { startInspircd } from '../support/irc/inspircd.ts';
import { startProxy } from '../support/proxy.ts';
import type { Chat, Trouble } from './chat.ts';

const ROOMS = ['#one', '#two', '#three'];
const BOT = 'deployday';
const AWAY =
  'lines that were under way when the connection broke come twice where the channel keeps no history';

export interface IrcChatOptions {
  /** The channels keep history, which tells the bot after a reconnect what had arrived. */
  readonly history: boolean;
}

/** Two real InspIRCd that are linked. The bot is on one of them, behind a wire that can be cut; who speaks is on the other. */
export async function openIrcChat({ history }: IrcChatOptions): Promise<Chat> {
  const hub = await startInspircd({ services: false });
  const leaf = await startInspircd({ services: false, leafOf: hub });
  const wire = await startProxy(hub);
  const seen = ROOMS.map((): string[] => []);
  let watcher: IrcPerson;
  let alice: IrcPerson;

  /** Reads along in every room from where the bot is, and is its operator. */
  async function enter(): Promise<void> {
    watcher = await connectPerson(hub, { nick: 'watcher', caps: ['echo-message'] });
    watcher.write('OPER oper secret');
    await watcher.waitFor(/ 381 /);
    for (const room of ROOMS) {
      await watcher.join(room);
      if (history) watcher.write(`MODE ${room} +H 50:1h`);
    }
    await watcher.settled();
    alice = await connectPerson(leaf, { nick: 'alice' });
    for (const room of ROOMS) await alice.join(room);
  }

  /** What the present watcher has seen of a room. */
  const lines = (room: number): string[] =>
    watcher.lines.flatMap((line) => {
      const prefix = ` PRIVMSG ${ROOMS[room]} :`;
      const at = line.indexOf(prefix);
      return line.startsWith(`:${BOT}`) && at > 0 ? [line.slice(at + prefix.length)] : [];
    });
  /** This watcher is about to lose the connection. */
  const keep = () => ROOMS.forEach((_, room) => void seen[room]?.push(...lines(room)));
  /** After a split or a restart. */
  const seesBot = async (room: string): Promise<true | undefined> => {
    alice.write(`NAMES ${room}`);
    const names = await alice.waitFor(new RegExp(` (353|366) \\S+ (. )?${room} :`));
    return names.includes(BOT) ? true : undefined;
  };

  await enter();
  const troubles: Trouble[] = [
    {
      name: 'server down',
      mayRepeat: AWAY,
      async happen(ms) {
        await watcher.settled();
        keep();
        // Nobody but the watcher gets in first: what the bot says before could not be counted.
        wire.stall();
        await hub.stop();
        wire.cut();
        await pause(ms);
        await hub.start();
        await alice.quit();
        await enter();
        wire.resume();
      },
    },
    {
      name: 'connections cut',
      mayRepeat: AWAY,
      async happen(ms) {
        for (let time = 0; time < 3; time++) {
          wire.cut();
          await pause(ms / 3);
        }
      },
    },
    {
      name: 'netsplit',
      async happen(ms) {
        for (let time = 0; time < 2; time++) {
          watcher.write('SQUIT leaf.test :split');
          await pause(ms / 2);
        }
      },
    },
    {
      name: 'kicked',
      async happen(ms) {
        for (const room of ROOMS) {
          watcher.write(`KICK ${room} ${BOT} :out`);
          await pause(ms / 3);
        }
      },
    },
    {
      name: 'killed by an operator',
      mayRepeat: AWAY,
      async happen() {
        watcher.write(`KILL ${BOT} :bye`);
      },
    },
  ];
  return {
    name: history ? 'IRC, channels with history' : 'IRC, channels without history',
    rooms: ROOMS.length,
    admin: 'irc:lab/alice',
    config: [
      `irc: ${JSON.stringify([
        {
          network: 'lab',
          host: '127.0.0.1',
          port: wire.port,
          tls: false,
          nick: BOT,
          channels: ROOMS,
          identify: 'nick',
          linesPerSecond: 20,
          colors: false,
        },
      ])}`,
    ],
    async ask(room, text) {
      const name = ROOMS[room] ?? '';
      await eventually(`alice sees the bot in ${name}`, () => seesBot(name), { within: 60_000 });
      alice.say(name, `!${text}`);
    },
    posts: (room) => [...(seen[room] ?? []), ...lines(room)],
    troubles,
    async swallow() {
      await watcher.settled();
      await watcher.waitFor(new RegExp(`^:${BOT}\\S* PRIVMSG #\\S+ :`), 60_000);
    },
    async close() {
      await Promise.all([watcher.quit(), alice.quit()]);
      await wire.stop();
      await leaf.remove();
      await hub.remove();
    },
  };
}
