import { createPerson } from '../../support/slack/person.ts';
import { APP_TOKEN, BOT_TOKEN, startSlack } from '../../support/slack/server.ts';
import { BOT_USER, TEAM } from '../../support/slack/workspace.ts';
import { type Account, type Human, SITES } from '../cast.ts';
import type { Said, Voice } from './voice.ts';

const ROOMS = { 'Upper Hall': 'C1', 'Lower Hall': 'C2', help: 'C3' } as const;

export interface SlackVoice extends Voice {
  dropSockets(): void;
}

/** Everybody speaks in threads of their own, so that an answer is known by its thread. */
export async function openSlackVoice(humans: readonly Human[]): Promise<SlackVoice> {
  const slack = await startSlack();
  const { workspace } = slack;
  for (const room of Object.values(ROOMS)) workspace.addChannel(room);
  const persons = new Map(
    humans
      .flatMap(({ accounts }) => accounts.filter(({ service }) => service === 'slack'))
      .map(({ handle, display }) => [handle, createPerson(slack, handle, display)]),
  );
  const personOf = ({ handle }: Account) => {
    const person = persons.get(handle);
    if (!person) throw new Error(`nobody is ${handle} on Slack`);
    return person;
  };
  const messagesIn = (channel: string) => workspace.channels.get(channel)?.messages ?? [];

  return {
    service: 'slack',
    config: { slack: { botToken: BOT_TOKEN, appToken: APP_TOKEN, apiUrl: slack.apiUrl, sockets: 1 } },
    identityOf: (account) => personOf(account).identity,
    channelOf: (room) => `slack:${TEAM}/${ROOMS[room]}`,
    // Slack delivers again what was not acknowledged, a few times.
    isHeard: () => slack.sockets.count() > 0,
    async say(account, site, text, where): Promise<Said> {
      const person = personOf(account);
      const thread = workspace.ts();
      const channel =
        where === 'private' ? workspace.direct(account.handle).id : ROOMS[where === 'help' ? 'help' : site];
      workspace.add({ ts: thread, channel, user: account.handle, text: 'a thread' });
      const answers = () =>
        messagesIn(channel)
          // Details that stand below an answer have no key.
          .filter(({ user, thread_ts, metadata }) => user === BOT_USER && thread_ts === thread && metadata)
          .map(({ text: said }) => said);
      const said =
        where === 'private'
          ? await person.direct(text, { thread_ts: thread })
          : (await person.mention(channel, text, { thread })).said;
      return { messageId: `${channel}-${said.ts}`, answers };
    },
    public: () =>
      [...SITES, 'help' as const]
        .flatMap((room) => messagesIn(ROOMS[room]))
        .filter(({ user, onlyFor }) => user === BOT_USER && onlyFor === undefined)
        .map(({ text }) => text),
    dropSockets: () => slack.sockets.drop(),
    close: () => slack.close(),
  };
}
