import { connectPerson, type IrcPerson } from '../../support/irc/client.ts';
import { startInspircd } from '../../support/irc/inspircd.ts';
import { until } from '../../support/until.ts';
import type { Account, Site } from '../cast.ts';
import type { Said, Voice } from './voice.ts';

/** A real InspIRCd with services, and people who are logged in to accounts of their own: they stay for many days. */
export interface IrcHall {
  open(handles: readonly string[]): Promise<IrcVoice>;
  close(): Promise<void>;
}

export interface IrcVoice extends Voice {
  /** They lose their connections, and come back under their accounts. */
  cut(handles: readonly string[]): Promise<void>;
}

/** Somebody who is not logged in. */
export const STRANGER: Account = { service: 'irc', handle: 'passer-by', display: 'passer-by' };

const NETWORK = 'lab';
const BOT = 'deployday';
const CAPS = ['message-tags', 'echo-message'];

/** What somebody said or heard, with its tags. */
interface Line {
  readonly tags: string;
  readonly nick: string;
  readonly target: string;
  readonly text: string;
}

export async function openIrcHall(handles: readonly string[]): Promise<IrcHall> {
  const server = await startInspircd({ clients: handles.length + 10 });
  const persons = new Map<string, IrcPerson>();
  /** What each person has seen, in order, as it came. */
  const seen = new Map<string, string[]>();
  /** What each of them is saying. */
  const speaking = new Map<string, Promise<unknown>>();
  let day = 0;

  async function connect(handle: string, isKnown: boolean): Promise<IrcPerson> {
    const lines = seen.get(handle) ?? [];
    seen.set(handle, lines);
    const onLine = (raw: string) => void lines.push(raw);
    const login = isKnown ? { account: handle, password: passwordOf(handle) } : {};
    const person = await connectPerson(server, { nick: handle, caps: CAPS, onLine, ...login });
    persons.set(handle, person);
    return person;
  }

  for (const handle of handles) {
    const person = await connect(handle, false);
    await person.register(handle, passwordOf(handle));
  }
  await connect(STRANGER.handle, false);

  function personOf(handle: string): IrcPerson {
    const person = persons.get(handle);
    if (!person) throw new Error(`nobody is ${handle} on IRC`);
    return person;
  }

  return {
    async open(present) {
      day += 1;
      const rooms = { 'Upper Hall': `#upper-${day}`, 'Lower Hall': `#lower-${day}`, help: `#help-${day}` };
      const names: readonly string[] = Object.values(rooms);
      const here = [...present, STRANGER.handle];
      for (const lines of seen.values()) lines.splice(0);
      const [first = ''] = here;
      for (const name of names) {
        await personOf(first).join(name);
        // So that the bot sees, when it comes again, what it had said.
        personOf(first).write(`MODE ${name} +H 50:1h`);
      }
      for (const handle of here.slice(1)) {
        for (const name of names) personOf(handle).write(`JOIN ${name}`);
        await personOf(handle).settled();
      }
      const reader = personOf(first);
      const from = reader.lines.length;
      const roomOf = (site: Site | 'help') => rooms[site];

      /** By the comings and goings that a reader who is never cut has seen. */
      function isHere(): boolean {
        const moves = reader.lines.slice(from).filter((line) => line.startsWith(`:${BOT}!`));
        const quit = moves.findLastIndex((line) => / QUIT /.test(line));
        const joined = (name: string) =>
          moves.findLastIndex((line) => line.endsWith(` JOIN ${name}`) || line.endsWith(` JOIN :${name}`));
        return names.every((name) => joined(name) > quit);
      }

      return {
        service: 'irc',
        config: {
          irc: [
            {
              network: NETWORK,
              host: server.host,
              port: server.port,
              tls: false,
              nick: BOT,
              channels: names,
              identify: 'account',
              linesPerSecond: 100,
              colors: false,
            },
          ],
        },
        identityOf: ({ handle }) => `irc:${NETWORK}/${handle}`,
        channelOf: (room) => `irc:${NETWORK}/${roomOf(room)}`,
        isHeard: isHere,
        async say({ handle }, site, text, where): Promise<Said> {
          const isPrivate = where === 'private';
          const target = isPrivate ? BOT : roomOf(where === 'help' ? 'help' : site);
          const typed = isPrivate ? text : `!${text}`;
          // One line after the other: each is known by its echo.
          const turn = (speaking.get(handle) ?? Promise.resolve()).then(async () => {
            const person = personOf(handle);
            const lines = seen.get(handle) ?? [];
            const before = lines.length;
            person.say(target, typed);
            await person.settled();
            const own = lines
              .slice(before)
              .map(readLine)
              .find((line) => line?.nick === handle && line.text === typed && line.target === target);
            return { lines, before, messageId: own ? tagOf(own, 'msgid') : '' };
          });
          speaking.set(handle, turn);
          const { lines, before, messageId } = await turn;
          const mark = `+draft/reply=${messageId}`;
          return {
            messageId,
            answers: () => {
              if (messageId === '') return [];
              const answers = lines
                .slice(before)
                .filter((raw) => raw.includes(mark))
                .map(readLine)
                .filter((line) => line?.nick === BOT && tagOf(line, '+draft/reply') === messageId);
              // Who lost the connection is shown the room's history again; what is said twice has two numbers.
              return [
                ...new Map(answers.map((line) => [line && tagOf(line, 'msgid'), line?.text ?? ''])).values(),
              ];
            },
          };
        },
        public: () =>
          (seen.get(first) ?? [])
            .map(readLine)
            .flatMap((line) => (line?.nick === BOT && line.target.startsWith('#') ? [line.text] : [])),
        async cut(cutOff) {
          await Promise.all(
            cutOff
              .filter((handle) => handle !== first)
              .map(async (handle) => {
                await personOf(handle).quit();
                const person = await connect(handle, handle !== STRANGER.handle);
                for (const name of names) person.write(`JOIN ${name}`);
                await person.settled();
              }),
          );
        },
        async close() {
          for (const handle of here) for (const name of names) personOf(handle).write(`PART ${name}`);
          await until(
            () =>
              personOf(first)
                .settled()
                .then(() => true),
            { what: 'people to leave the rooms' },
          );
        },
      };
    },
    async close() {
      await Promise.all([...persons.values()].map((person) => person.quit()));
      await server.remove();
    },
  };
}

const passwordOf = (handle: string): string => `secret of ${handle}`.replaceAll(' ', '-');

function readLine(raw: string): Line | null {
  const [, tags = '', nick = '', target = '', text = ''] =
    /^(?:@(\S+) )?:([^!\s]+)\S* (?:PRIVMSG|NOTICE) (\S+) :?(.*)$/.exec(raw) ?? [];
  return nick === '' ? null : { tags, nick, target, text };
}

function tagOf({ tags }: Line, name: string): string {
  const tag = tags.split(';').find((each) => each.startsWith(`${name}=`));
  return tag?.slice(name.length + 1) ?? '';
}
