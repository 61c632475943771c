import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../../db/client.ts';
import type { Person as DiscordPerson } from '../../support/discord/person.ts';
import { type Discord, shownText, startDiscord } from '../../support/discord/server.ts';
import { connectPerson, type IrcPerson } from '../../support/irc/client.ts';
import { startInspircd } from '../../support/irc/inspircd.ts';
import { describeWithPackages, INSPIRCD } from '../../support/irc/needs.ts';
import type { IrcServer } from '../../support/irc/server.ts';
import { createPerson, type Person as SlackPerson } from '../../support/slack/person.ts';
import { APP_TOKEN, BOT_TOKEN, type FakeSlack, startSlack } from '../../support/slack/server.ts';
import { shown } from '../../support/slack/shown.ts';
import { BOT_USER } from '../../support/slack/workspace.ts';
import { until } from '../../support/until.ts';
import { openWorld, type World } from '../../support/world.ts';

const CODE = /[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}/;
const BOT = 'deployday';

/** A session on three services at once: a real InspIRCd with accounts, and the stand-ins of Slack and Discord. */
await describeWithPackages(INSPIRCD, 'a session on three services', () => {
  let irc: IrcServer;
  let slack: FakeSlack;
  let discord: Discord;
  let world: World;
  let alice: IrcPerson;
  let eve: IrcPerson;
  let bob: SlackPerson;
  let carol: DiscordPerson;

  beforeAll(async () => {
    irc = await startInspircd();
    slack = await startSlack();
    slack.workspace.addChannel('C1');
    discord = await startDiscord();
    for (const nick of ['alice', 'eve']) {
      const person = await connectPerson(irc, { nick });
      await person.register(nick, 'secret-word');
      await person.join('#day');
      if (nick === 'alice') alice = person;
      else eve = person;
    }
    bob = createPerson(slack, 'U1', 'Bob');
    carol = discord.person('carol');
    world = await openWorld({
      irc: [
        {
          network: 'lab',
          host: irc.host,
          port: irc.port,
          tls: false,
          nick: BOT,
          channels: ['#day'],
          identify: 'account',
          linesPerSecond: 50,
          colors: false,
        },
      ],
      slack: { botToken: BOT_TOKEN, appToken: APP_TOKEN, apiUrl: slack.apiUrl, sockets: 1 },
      discord: { token: discord.token, apiUrl: discord.apiUrl },
      admins: ['irc:lab/alice', bob.identity, `discord:${carol.user.id}`],
    });
    const database = openDatabase(world.database.connection);
    await database.pool.query(
      `insert into environments (name, blueprint, pool, state, params, secrets)
       values ('ex1', 'hello', 'rack', 'ready', '{}', '{}'), ('ex2', 'hello', 'rack', 'failed', '{}', '{}')`,
    );
    await database.close();
    await alice.waitFor(new RegExp(`^:${BOT}!\\S+ JOIN :?#day`), 30_000);
    alice.say('#day', '!session start essex-day');
    await alice.waitFor(/PRIVMSG #day :Session essex-day has begun/);
    await bob.mention('C1', 'session link essex-day');
    carol.say(discord.room, '@deployday session link essex-day');
    await discord.sees('is part of the session essex-day now');
    await bob.findsMessage('C1', 'is part of the session essex-day now');
  });
  afterAll(async () => {
    await world?.close();
    await Promise.all([alice?.quit(), eve?.quit()]);
    await discord?.end();
    await slack?.close();
    await irc?.remove();
  });

  const inC1 = () =>
    (slack.workspace.channels.get('C1')?.messages ?? []).filter(({ user }) => user === BOT_USER).map(shown);
  const inDiscord = () => discord.said().map(shownText);

  it('shows a code to nobody but who asked for it', async () => {
    alice.say('#day', '!link');
    await alice.waitFor(/PRIVMSG #day :alice: a code is in a direct message to you/);
    const told = await until(() => alice.lines.find((line) => CODE.test(line)), { what: 'a code for alice' });
    expect(told).toMatch(new RegExp(`^:${BOT}!\\S+ (PRIVMSG|NOTICE) alice :`));

    await bob.mention('C1', 'link');
    await bob.findsMessage('C1', 'a code is in a direct message to you');
    const direct = () => (slack.workspace.channels.get('DU1')?.messages ?? []).map(({ text }) => text);
    await until(() => direct().some((text) => CODE.test(text)), { what: 'a code for bob' });

    // Discord's guilds have no place that only one person reads, so the code is to be asked for elsewhere.
    carol.say(discord.room, '@deployday link');
    await discord.sees('code must not be read by others');
    carol.say(carol.direct, 'link');
    await discord.sees('Your code: ', carol.direct);

    await eve.settled();
    for (const line of [...eve.lines, ...inC1(), ...inDiscord()]) expect(line).not.toMatch(CODE);
    // Nor is it in the log, or said to whoever sits at the terminal.
    expect(world.transcript()).not.toMatch(CODE);

    const code = CODE.exec(told)?.[0] ?? '';
    await bob.mention('C1', `link ${code}`);
    await bob.findsMessage('C1', 'are one person now');
    await alice.waitFor(new RegExp(`(PRIVMSG|NOTICE) alice :${bob.identity} is you now`));
  });

  it('has a board in each channel, changed in place and ended with the session; on IRC it is an answer', async () => {
    const board = () => inC1().filter((text) => text.includes('ex1') && text.includes('ex2'));
    await bob.mention('C1', 'session board');
    await bob.findsMessage('C1', 'That is the board of essex-day');
    carol.say(discord.room, '@deployday session board');
    await discord.sees('That is the board of essex-day');
    expect(board()).toHaveLength(1);
    const before = inC1().length;

    alice.say('#day', '!claim ex1 for 2h because the demo');
    await alice.waitFor(/PRIVMSG #day :ex1: alice holds it/);
    eve.say('#day', '!queue ex1');
    eve.say('#day', '!vote Lunch when? | 12:00 | 13:00 until 10m');
    await until(
      () =>
        /1 of 2 environments held[\s\S]*alice \(the demo\) [\s\S]*eve[\s\S]*Lunch when\?/.test(
          board()[0] ?? '',
        ),
      {
        what: 'the board on Slack to be changed',
        withinMs: 30_000,
      },
    );
    expect(board()).toHaveLength(1);
    const discordBoard = () => discord.said().filter((message) => shownText(message).includes('ex2'));
    await until(() => /eve/.test(discordBoard().map(shownText).join()), {
      what: 'the board on Discord to be changed',
      withinMs: 30_000,
    });
    expect(discordBoard()).toHaveLength(1);

    // Put up again, it stands below, and the first one ends.
    await bob.mention('C1', 'session board');
    await bob.findsMessage('C1', 'a newer board stands below');
    expect(board()).toHaveLength(1);
    expect(inC1().length).toBeGreaterThan(before);

    eve.say('#day', '!session board');
    for (const line of [
      /PRIVMSG #day :essex-day: 1 of 2 environments held, 1 vote open\. http/,
      /PRIVMSG #day :ex1: ready · alice \(the demo\) until .* · next: eve$/,
      /PRIVMSG #day :ex2: failed · free$/,
      /PRIVMSG #day :vote 1: Lunch when\? \(12:00, 13:00\), until /,
    ]) {
      await eve.waitFor(line);
    }
    const lines = () => eve.lines.filter((line) => line.includes(':essex-day: 1 of 2 environments')).length;
    expect(lines()).toBe(1);

    alice.say('#day', '!session end');
    await bob.findsMessage('C1', 'this board says no more');
    await until(() => inDiscord().some((text) => text.includes('this board says no more')), {
      what: 'the board on Discord to end',
      withinMs: 30_000,
    });
    expect(lines()).toBe(1);
  });
});
