import { expect, test } from 'vitest';
import { createPerson } from '../../support/slack/person.ts';
import { slackWithBot } from './fixture.ts';

test('a mention is a command, said by the account that Slack vouches for', async () => {
  const { alice, bot } = await slackWithBot();
  const { said, acknowledged } = await alice.mention('C1', 'status demo');
  expect(acknowledged).toBe(true);
  expect(await bot.hears(1)).toEqual([
    {
      adapter: 'slack:T1',
      id: `C1-${said.ts}`,
      channel: 'slack:T1/C1',
      sender: { identity: 'slack:T1/U1', display: 'Alice Liddell' },
      privately: 'slack:T1/U1',
      text: 'status demo',
    },
  ]);
});

test('in a direct message every text is a command, with or without a mention', async () => {
  const { alice, bot } = await slackWithBot();
  await alice.direct('status demo');
  await alice.direct('whoami', { subtype: 'file_share' });
  await alice.mention('DU1', 'envs');
  const heard = await bot.hears(3);
  expect(heard.map(({ channel, text }) => [channel, text])).toEqual([
    ['slack:T1/DU1', 'status demo'],
    ['slack:T1/DU1', 'whoami'],
    ['slack:T1/DU1', 'envs'],
  ]);
});

test('a mention may have words before it: what follows it is the command', async () => {
  const { alice, bot } = await slackWithBot();
  const said = { type: 'app_mention', user: 'U1', channel: 'C1' };
  await alice.tell({ ...said, ts: '1.1', text: 'hey <@UBOT> status demo' });
  await alice.tell({ ...said, ts: '1.2', text: '<@U2>: ask <@UBOT|deployday>: whoami' });
  expect((await bot.hears(2)).map(({ text }) => text)).toEqual(['status demo', 'whoami']);
});

test('what is said in a thread is answered in that thread', async () => {
  const { slack, alice, bot, adapter, channel } = await slackWithBot();
  const { said } = await alice.mention('C1', 'status');
  await alice.mention('C1', 'logs demo', { thread: said.ts });
  const [first, inThread] = await bot.hears(2);
  expect(first?.replyTo).toBeUndefined();
  const how = inThread?.replyTo === undefined ? {} : { replyTo: inThread.replyTo };
  await adapter.send(channel, { text: 'the logs' }, how);
  expect(slack.workspace.channels.get('C1')?.messages.at(-1)).toMatchObject({
    text: 'the logs',
    thread_ts: said.ts,
  });
});

test('a slash command is a command, and alone asks for help', async () => {
  const { alice, bot } = await slackWithBot();
  expect(await alice.slash('C1', 'run demo -- echo "a && b" > /tmp/x')).toBe(true);
  expect(await alice.slash('C1', '  ')).toBe(true);
  const [run, help] = await bot.hears(2);
  expect(run).toMatchObject({
    channel: 'slack:T1/C1',
    sender: { identity: 'slack:T1/U1', display: 'Alice Liddell' },
    text: 'run demo -- echo "a && b" > /tmp/x',
  });
  expect(help?.text).toBe('help');
  expect(help?.id).not.toBe(run?.id);
});

test('one message counts once, however often and in whatever form Slack tells of it', async () => {
  const { slack, alice, bot, anotherBot } = await slackWithBot();
  const { said, payload } = await alice.mention('C1', 'reset demo');
  expect(await slack.deliverAgain(payload)).toBe(true);
  await alice.tell({
    type: 'message',
    channel_type: 'channel',
    user: 'U1',
    text: said.text,
    ts: said.ts,
    channel: 'C1',
  });
  await alice.mention('C1', 'the end');
  expect((await bot.hears(2)).map(({ text }) => text)).toEqual(['reset demo', 'the end']);

  // A bot that has started anew cannot remember, but tells it by the same id.
  await bot.adapter.stop();
  const next = anotherBot();
  await next.start();
  await slack.deliverAgain(payload);
  expect((await next.hears(1))[0]?.id).toBe(bot.heard[0]?.id);
});

test('bots, edits, talk to others and other workspaces are left alone', async () => {
  const { alice, bot } = await slackWithBot();
  const said = { type: 'app_mention', user: 'U1', channel: 'C1', text: '<@UBOT> destroy demo' };
  const stray: Record<string, unknown>[] = [
    { ...said, ts: '1.1', bot_id: 'B2' },
    { ...said, ts: '1.2', user: 'UBOT' },
    { ...said, ts: '1.3', user: 'USLACKBOT' },
    { ...said, ts: '1.4', edited: { user: 'U1', ts: '2.0' } },
    { ...said, ts: '1.5', type: 'message', subtype: 'bot_message' },
    { ...said, ts: '1.6', type: 'message', subtype: 'message_changed', message: said, channel_type: 'im' },
    { ...said, ts: '1.7', type: 'message', subtype: 'message_deleted', channel_type: 'im' },
    { ...said, ts: '1.8', text: 'thanks <@UBOT>' },
    { ...said, ts: '1.9', text: '<@U2> destroy demo' },
    { ...said, ts: '1.10', type: 'message', channel_type: 'channel', text: 'destroy demo' },
  ];
  for (const event of stray) expect(await alice.tell(event)).toBe(true);
  expect(await alice.slash('C1', 'destroy demo', { team_id: 'T2' })).toBe(true);
  await alice.mention('C1', 'the end');
  expect((await bot.hears(1)).map(({ text }) => text)).toEqual(['the end']);
});

test.each([
  ['<@UBOT> status &lt;demo&gt; &amp;&amp; x', 'status <demo> && x'],
  ['<@UBOT|deployday>: status', 'status'],
  ['  <@UBOT>, status', 'status'],
  ['<@UBOT>\u00a0status\u00a0demo', 'status demo'],
  ['<@UBOT>', 'help'],
  ['<@UBOT> `status demo`', 'status demo'],
  ['<@UBOT> ```run demo -- ls\npwd```', 'run demo -- ls\npwd'],
  ['<@UBOT> run demo -- echo `date`', 'run demo -- echo `date`'],
  ['<@UBOT> handoff demo <@U2>', 'handoff demo slack:T1/U2'],
  ['<@UBOT> note see <#C2|general> and <!here>', 'note see #general and @here'],
  [
    '<@UBOT> run demo -- curl <http://10.0.0.1:5000/v3?a=1&amp;b=2>',
    'run demo -- curl http://10.0.0.1:5000/v3?a=1&b=2',
  ],
  ['<@UBOT> note <http://example.com|example.com> <mailto:a@b.org|a@b.org>', 'note example.com a@b.org'],
  ['<@UBOT> note <https://evil.org|https://good.org>', 'note https://evil.org'],
  ['<@UBOT> note &amp;lt; stays', 'note &lt; stays'],
])('%j is the command %j', async (text, command) => {
  const { alice, bot } = await slackWithBot();
  await alice.tell({ type: 'app_mention', user: 'U1', channel: 'C1', ts: '1.1', text });
  expect((await bot.hears(1))[0]?.text).toBe(command);
});

test('a name is looked up once; where Slack does not tell it, the id or the handle stands for it', async () => {
  const { slack, alice, bot } = await slackWithBot();
  await alice.mention('C1', 'one');
  await alice.mention('C1', 'two');
  await bot.hears(2);
  expect(slack.called('users.info')).toHaveLength(1);

  const bob = createPerson(slack, 'U2', 'Bob Builder');
  slack.fail('users.info', { status: 429, retryAfter: 60 });
  await bob.mention('C1', 'three');
  await bob.slash('C1', 'four');
  expect((await bot.hears(4)).slice(2).map(({ sender }) => sender.display)).toEqual(['U2', 'bob.builder']);
  // Asked to wait, it does not ask again.
  expect(slack.called('users.info')).toHaveLength(2);
});

test('commands of a channel keep their order while a name is looked up, and are acknowledged before', async () => {
  const { slack, alice, bot } = await slackWithBot({ times: { name: 60_000 } });
  await alice.mention('C1', 'zero');
  await bot.hears(1);
  let answer = (): void => {};
  const bob = createPerson(slack, 'U2', 'Bob Builder');
  slack.hold('users.info', new Promise<void>((resolve) => (answer = resolve)));
  slack.workspace.addChannel('C2');
  expect((await bob.mention('C1', 'one')).acknowledged).toBe(true);
  expect((await alice.mention('C1', 'two')).acknowledged).toBe(true);
  // Another channel does not wait.
  await alice.mention('C2', 'elsewhere');
  expect((await bot.hears(2)).map(({ text }) => text)).toEqual(['zero', 'elsewhere']);
  answer();
  const heard = await bot.hears(4);
  expect(heard.slice(2).map(({ text, sender }) => [text, sender.display])).toEqual([
    ['one', 'Bob Builder'],
    ['two', 'Alice Liddell'],
  ]);
});

test('a command is acknowledged and handed over though Slack tells no name in time', async () => {
  const { slack, alice, bot } = await slackWithBot({ times: { name: 20 } });
  slack.hold('users.info', new Promise(() => {}));
  await alice.mention('C1', 'status');
  expect((await bot.hears(1))[0]?.sender.display).toBe('U1');
});

test('a command that was acknowledged before a stop is handed over, though nobody knows its sender’s name yet', async () => {
  const { slack, alice, bot } = await slackWithBot({ times: { name: 60_000 } });
  slack.hold('users.info', new Promise(() => {}));
  await alice.mention('C1', 'status');
  await bot.adapter.stop();
  expect((await bot.hears(1))[0]?.sender.display).toBe('U1');
});

test('a bot that breaks over a message goes on with the next', async () => {
  const { alice, bot, slack, anotherBot } = await slackWithBot();
  await bot.adapter.stop();
  const next = anotherBot();
  const heard: string[] = [];
  await next.adapter.start(({ text }) => {
    heard.push(text);
    slack.workspace.changed();
    throw new Error('not today');
  });
  await alice.mention('C1', 'one');
  await alice.mention('C1', 'two');
  await slack.workspace.until(() => heard.length === 2, 'two messages');
  expect(next.told.join('\n')).toMatch(/could not act on message \S+ in C1: Error: not today/);
  expect(next.told.join('\n')).not.toContain('one');
});
