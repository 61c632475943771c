import { startDiscord } from '../../support/discord/server.ts';
import { type Account, type Human, SITES } from '../cast.ts';
import type { Said, Voice } from './voice.ts';

export interface DiscordVoice extends Voice {
  /** The bot's session is gone and cannot be resumed, and it has no other one yet. */
  isLost(): boolean;
  /** Its process has ended, or Discord has forgotten it: the bot's session is gone for good. */
  loseSession(): void;
  dropGateway(forget: boolean): void;
}

/** Some use the command menu, others mention the bot; an answer is known by what it refers to. */
export async function openDiscordVoice(humans: readonly Human[]): Promise<DiscordVoice> {
  const discord = await startDiscord();
  const rooms = {
    'Upper Hall': discord.room,
    'Lower Hall': discord.model.addChannel('lower-hall'),
    help: discord.model.addChannel('help'),
  };
  const persons = new Map(
    humans
      .flatMap(({ accounts }) => accounts.filter(({ service }) => service === 'discord'))
      .map(({ handle, display }) => [handle, discord.person(handle, { displayName: display })]),
  );
  const personOf = ({ handle }: Account) => {
    const person = persons.get(handle);
    if (!person) throw new Error(`nobody is ${handle} on Discord`);
    return person;
  };

  let isForgotten = false;
  const isLost = () => {
    if (discord.gateway.connected() > 0) isForgotten = false;
    return isForgotten;
  };
  const loseSession = () => {
    discord.gateway.forget();
    isForgotten = true;
  };

  return {
    service: 'discord',
    isLost,
    loseSession,
    config: { discord: { token: discord.token, apiUrl: discord.apiUrl } },
    identityOf: (account) => `discord:${personOf(account).user.id}`,
    channelOf: (room) => discord.nameOf(rooms[room]),
    isHeard: () => true,
    async say(account, site, text, where): Promise<Said> {
      const person = personOf(account);
      const channel = where === 'private' ? person.direct : rooms[where === 'help' ? 'help' : site];
      const typed = where === 'private' ? text : `@deployday ${text}`;
      const isUntold = isLost();
      const { id } = person.say(channel, typed);
      const answers = () =>
        discord
          .said(channel)
          .filter(({ message_reference }) => message_reference?.message_id === id)
          .map(({ content }) => content);
      return { messageId: id, isUntold, answers };
    },
    public: () =>
      [...SITES, 'help' as const].flatMap((room) => discord.said(rooms[room])).map(({ content }) => content),
    dropGateway(forget) {
      // Another session may have been lost, and have been replaced since.
      if (forget) loseSession();
      else isForgotten = isLost();
      discord.gateway.drop();
    },
    close: () => discord.end(),
  };
}
