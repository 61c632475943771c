import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandShape } from '../../../adapters/adapter.ts';
import { commandMenu } from '../../../adapters/discord/menu.ts';
import { commandShapes } from '../../../bot/command/shapes.ts';
import { type Bot, startBot } from '../../support/discord/bot.ts';
import { guideOf, option } from '../../support/discord/guide.ts';
import type { Person } from '../../support/discord/person.ts';
import { type Discord, startDiscord } from '../../support/discord/server.ts';
import { checkCommand } from '../../support/discord/validate-command.ts';
import { until } from '../../support/until.ts';

describe('the command menu on Discord', () => {
  let bot: Bot;
  let discord: Discord;
  let alice: Person;
  const asked: unknown[] = [];

  beforeAll(async () => {
    bot = await startBot({
      guide: guideOf({
        async complete(...question) {
          asked.push(question);
          return question[2] === 'long'
            ? ['x'.repeat(101), 'y']
            : Array.from({ length: 30 }, (_, at) => `env-${at}`);
        },
      }),
    });
    discord = bot.discord;
    alice = discord.person('alice');
  });
  afterAll(() => bot?.end());

  it.each<[verb: string, options: Parameters<Person['command']>[2], text: string]>([
    ['envs', [], 'envs'],
    ['provision', [{ name: 'environment', value: 'demo' }], 'provision demo'],
    [
      'provision',
      [
        { name: 'plan', value: true },
        { name: 'settings', value: 'size=mini compute=2' },
        { name: 'pool', value: 'lab' },
        { name: 'blueprint', value: 'essex' },
        { name: 'environment', value: 'demo' },
      ],
      'provision demo from essex pool=lab size=mini compute=2 plan',
    ],
    [
      'provision',
      [
        { name: 'environment', value: 'demo' },
        { name: 'plan', value: false },
      ],
      'provision demo',
    ],
    [
      'logs',
      [
        { name: 'node', value: 'demo/n1' },
        { name: 'tail', value: 50 },
      ],
      'logs demo/n1 tail=50',
    ],
    [
      'run',
      [
        { name: 'command', value: 'ls -l "$HOME"' },
        { name: 'node', value: 'demo' },
      ],
      'run demo -- ls -l "$HOME"',
    ],
    ['xyzzy', [{ name: 'a', value: 'b' }], 'xyzzy b'],
  ])('/deployday %s with %j is the line %j', async (verb, options, text) => {
    const before = bot.received.length;
    const interaction = alice.command(discord.room, verb, options);
    const message = await bot.got(before + 1);
    expect(message).toMatchObject({
      id: interaction.id,
      channel: discord.nameOf(discord.room),
      sender: { identity: `discord:${alice.user.id}`, display: 'alice' },
      text,
    });
    await until(() => interaction.callback, { what: 'an acknowledgement' });
    expect(interaction.callback).toBe(5);
  });

  it('offers what an option may become, at most 25, and only what can be chosen', async () => {
    const others = [{ name: 'blueprint', value: 'essex' }];
    const first = alice.complete(discord.room, 'provision', 'environment', 'en', others);
    await until(() => first.choices, { what: 'choices' });
    expect(first.choices).toHaveLength(25);
    expect(asked.at(-1)).toEqual(['provision', 'environment', 'en', { blueprint: 'essex' }]);
    const second = alice.complete(discord.room, 'provision', 'environment', 'long');
    await until(() => second.choices, { what: 'choices' });
    expect(second.choices).toEqual(['y']);
  });
});

describe('the registration of the menu', () => {
  it('is made once, and again only when it is another', async () => {
    const discord = await startDiscord();
    const changes = () => discord.rest.heard.filter(({ route }) => /^(PUT|POST) commands/.test(route)).length;
    for (const times of [1, 2, 3]) {
      const bot = await startBot({ discord, guide: guideOf() });
      await bot.adapter.stop();
      expect(changes(), `start ${times}`).toBe(1);
    }
    const commands = [...guideOf().commands, { verb: 'new', summary: 'is new', options: [] }];
    const bot = await startBot({ discord, guide: guideOf({ commands }) });
    expect(changes()).toBe(2);
    expect(JSON.stringify(discord.rest.commands)).toContain('is new');
    await bot.end();
  });

  it('leaves other commands of the application alone', async () => {
    const discord = await startDiscord();
    discord.rest.commands.push({ id: '1', name: 'lunch' });
    const bot = await startBot({ discord, guide: guideOf() });
    expect(discord.rest.commands.map(({ name }) => name)).toEqual(['lunch', 'deployday']);
    await bot.end();
  });

  it('is only noted when it fails: mentions work all the same', async () => {
    const discord = await startDiscord();
    discord.fail(/commands/, 'cut', 100);
    const bot = await startBot({ discord, guide: guideOf() });
    discord.person('alice').say(discord.room, '@deployday envs');
    await bot.got(1);
    expect(bot.logged.join('\n')).toContain('the command menu could not be registered, mentions work');
    await bot.end();
  });

  it('keeps within the limits of Discord, with the commands that there are and with many more', () => {
    checkCommand(commandMenu(commandShapes()));
    const many = (count: number): CommandShape[] =>
      Array.from({ length: count }, (_, at) => ({
        verb: `verb-${at}`,
        summary: `what this one does, at such a length as summaries have, number ${at}`,
        options: [
          option('where', '{}', { summary: 's'.repeat(100) }),
          option('what', '{}', { required: true }),
        ],
      }));
    for (const count of [24, 25, 26, 49, 50, 60]) {
      const shapes = many(count);
      const menu = commandMenu(shapes);
      checkCommand(menu);
      for (const { verb } of shapes) expect(JSON.stringify(menu)).toContain(`"${verb}"`);
    }
  });

  it('has the verbs that found no place in a group, and they mean the same', async () => {
    const commands = Array.from({ length: 30 }, (_, at) => ({
      verb: `verb-${at}`,
      summary: 'does',
      options: [option('what')],
    }));
    const bot = await startBot({ guide: guideOf({ commands }) });
    const alice = bot.discord.person('alice');
    alice.command(bot.discord.room, 'verb-29', [{ name: 'what', value: 'x' }], 'more');
    expect((await bot.got(1)).text).toBe('verb-29 x');
    await bot.end();
  });
});
