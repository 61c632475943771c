import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Person } from '../support/discord/person.ts';
import { type Discord, startDiscord } from '../support/discord/server.ts';
import { describeIf } from '../support/needs.ts';
import { needSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { openWorld, type World } from '../support/world.ts';

const sshd = await needSshd();

describeIf(sshd)('the main job on Discord', () => {
  let discord: Discord;
  let world: World;
  let alice: Person;

  beforeAll(async () => {
    discord = await startDiscord();
    alice = discord.person('alice');
    world = await openWorld({
      machines: 2,
      blueprints: [join(import.meta.dirname, 'blueprints')],
      discord: { token: discord.token, apiUrl: discord.apiUrl },
      admins: [`discord:${alice.user.id}`],
    });
  });
  afterAll(async () => {
    await world?.close();
    await discord?.end();
  });

  it('knows who is an admin and who may only watch', async () => {
    alice.say(discord.room, '@deployday whoami');
    await discord.sees('admin');
    const bob = discord.person('bob');
    bob.command(discord.room, 'envs');
    await discord.sees('no environments yet');
  });

  it('provisions by the menu: offered names, a board that is edited, an outcome of its own', async () => {
    const offered = alice.complete(discord.room, 'provision', 'blueprint', 'tr');
    await until(() => offered.choices, { what: 'choices' });
    expect(offered.choices).toEqual(['trial']);
    const interaction = alice.command(discord.room, 'provision', [
      { name: 'environment', value: 'demo' },
      { name: 'blueprint', value: 'trial' },
      { name: 'settings', value: 'node=2 greeting="hi there"' },
    ]);
    await until(() => interaction.original?.content.includes('provisioning'), {
      what: 'an answer in place of the waiting',
    });
    const outcome = await discord.sees('demo ready');
    expect(outcome.id).not.toBe(interaction.original?.id);
  });

  it('survives Discord being away in the middle of a run', async () => {
    alice.say(discord.room, '@deployday verify demo');
    await discord.sees('verifying');
    await discord.down();
    await until(
      () =>
        world
          .said()
          .logged.some((line) => line.includes('cannot be reached') || line.includes('connection is gone')),
      { what: 'a loss' },
    );
    await discord.up();
    await discord.sees('demo verified');
    expect(discord.said().filter((message) => message.content.includes('demo verified'))).toHaveLength(1);
    alice.say(discord.room, '@deployday destroy demo');
    await discord.sees('destroyed');
  });
});
