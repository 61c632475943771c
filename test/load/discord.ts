import { startDiscord } from '../support/discord/server.ts';
import { until } from '../support/until.ts';
import { type Crowd, TYPED, WITHIN_MS } from './crowd.ts';

const LOADING = 1 << 7;

/** People use the command menu: an answer is known by the interaction it belongs to. The known buckets are kept. */
export async function openDiscordCrowd(people: number, rooms: number): Promise<Crowd> {
  const discord = await startDiscord();
  discord.limits.set('POST messages', { limit: 5, perMs: 5_000 });
  discord.limits.set('PATCH message', { limit: 5, perMs: 5_000 });
  const channels = Array.from({ length: rooms }, (_, at) => discord.model.addChannel(`room-${at}`));
  const persons = Array.from({ length: people }, (_, at) => discord.person(`person${at}`));
  const boss = discord.person('boss');
  const channelOf = (at: number) => channels[at % rooms] ?? discord.room;

  return {
    name: 'Discord',
    people,
    admin: `discord:${boss.user.id}`,
    config: [`discord: ${JSON.stringify({ token: discord.token, apiUrl: discord.apiUrl })}`],
    async ask(person, number) {
      const text = (TYPED[number % TYPED.length] ?? '').replace('{n}', String(number));
      const [verb = '', environment] = text.replace('stauts', 'status').split(' ');
      const options = environment === undefined ? [] : [{ name: 'environment', value: environment }];
      const interaction = persons[person]?.command(channelOf(person), verb, options);
      await until(() => interaction?.original && (interaction.original.flags & LOADING) === 0, {
        what: `an answer to "${text}"`,
        withinMs: WITHIN_MS,
        everyMs: 4,
      });
    },
    async start(command) {
      boss.say(channelOf(0), `@deployday ${command}`);
    },
    close: () => discord.end(),
  };
}
