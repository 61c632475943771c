import { connectPerson, type IrcPerson } from '../support/irc/client.ts';
import { startInspircd } from '../support/irc/inspircd.ts';
import { type Crowd, WITHIN_MS } from './crowd.ts';

/** People who come at the same time. */
const AT_ONCE = 50;

/** Real connections to a real InspIRCd; an answer is known by what only that person could have asked. */
export async function openIrcCrowd(people: number, rooms: number): Promise<Crowd> {
  const server = await startInspircd({ services: false, clients: people + 10 });
  const roomOf = (person: number) => `#room${person % rooms}`;
  const persons: IrcPerson[] = [];
  const enter = async (at: number) => {
    const person = await connectPerson(server, { nick: `p${at}` });
    await person.join(roomOf(at));
    persons[at] = person;
  };
  // The server takes a second for each.
  for (let at = 0; at < people; at += AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, people - at) }, (_, i) => enter(at + i)));
  const boss = await connectPerson(server, { nick: 'boss' });
  await boss.join('#room0');
  const channels = Array.from({ length: rooms }, (_, at) => `#room${at}`);

  return {
    name: 'IRC',
    people,
    admin: 'irc:lab/boss',
    config: [
      `irc: ${JSON.stringify([
        {
          network: 'lab',
          host: '127.0.0.1',
          port: server.port,
          tls: false,
          nick: 'deployday',
          channels,
          identify: 'nick',
          linesPerSecond: 100,
          colors: false,
        },
      ])}`,
    ],
    async ask(at, number) {
      const person = persons[at];
      if (!person) throw new Error(`there is no person ${at}`);
      const [typed, answer] =
        number % 3 === 0
          ? ['whoami', `You are p${at} `]
          : number % 3 === 1
            ? [`status nope-${number}`, `no environment nope-${number}\\b`]
            : [`stauts e${number}`, `status e${number}\\b`];
      person.say(roomOf(at), `!${typed}`);
      await person.waitFor(new RegExp(`^:deployday!\\S+ PRIVMSG .*${answer}`), WITHIN_MS);
    },
    async start(command) {
      boss.say('#room0', `!${command}`);
    },
    async close() {
      await Promise.all([boss, ...persons].map((person) => person.quit()));
      await server.remove();
    },
  };
}
