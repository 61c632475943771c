import { createPerson } from '../support/slack/person.ts';
import { APP_TOKEN, BOT_TOKEN, startSlack } from '../support/slack/server.ts';
import { BOT_USER } from '../support/slack/workspace.ts';
import { type Crowd, TYPED, WITHIN_MS } from './crowd.ts';

/** Each person in a thread of their own, so that an answer is known by its thread; Slack's limits are kept. */
export async function openSlackCrowd(people: number, rooms: number): Promise<Crowd> {
  const slack = await startSlack();
  slack.keepLimits({
    'chat.postMessage': { burst: 6, perSecond: 1.2 },
    'chat.update': { burst: 15, perSecond: 1 },
  });
  const room = (person: number) => `C${person % rooms}`;
  for (let at = 0; at < rooms; at++) slack.workspace.addChannel(`C${at}`);
  const persons = Array.from({ length: people }, (_, at) => createPerson(slack, `U${at}`, `Person ${at}`));
  const threads = persons.map(({ id }, at) => {
    const channel = room(at);
    return slack.workspace.add({ ts: slack.workspace.ts(), channel, user: id, text: 'my corner' }).ts;
  });
  const boss = createPerson(slack, 'UBOSS', 'Boss');

  return {
    name: 'Slack',
    people,
    admin: boss.identity,
    config: [
      `slack: ${JSON.stringify({ botToken: BOT_TOKEN, appToken: APP_TOKEN, apiUrl: slack.apiUrl, sockets: 2 })}`,
    ],
    async ask(person, number) {
      const text = (TYPED[number % TYPED.length] ?? '').replace('{n}', String(number));
      const thread = threads[person] ?? '';
      const messages = slack.workspace.channels.get(room(person))?.messages ?? [];
      const from = messages.length;
      void persons[person]?.mention(room(person), text, { thread });
      await slack.workspace.until(
        () => messages.slice(from).some(({ user, thread_ts }) => user === BOT_USER && thread_ts === thread),
        `an answer to "${text}"`,
        WITHIN_MS,
      );
    },
    async start(command) {
      await boss.mention('C0', command);
    },
    close: () => slack.close(),
  };
}
