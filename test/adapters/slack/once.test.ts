import { expect, test } from 'vitest';
import { slackWithBot } from './fixture.ts';

const posted = (slack: Awaited<ReturnType<typeof slackWithBot>>['slack']) =>
  (slack.workspace.channels.get('C1')?.messages ?? []).map(({ text }) => text);

test('a message whose answer was lost is found again, not posted again', async () => {
  const { slack, adapter, channel } = await slackWithBot();
  await adapter.send(channel, { text: 'before' }, { key: 'k0' });
  slack.fail('chat.postMessage', { lost: true });
  await expect(adapter.send(channel, { text: 'ready' }, { key: 'k1' })).rejects.toMatchObject({
    retryable: true,
  });
  const ref = await adapter.send(channel, { text: 'ready' }, { key: 'k1' });
  expect(posted(slack)).toEqual(['before', 'ready']);
  await adapter.edit(ref, { text: 'ready, really' });
  expect(posted(slack)).toEqual(['before', 'ready, really']);
});

test('so it is in a thread', async () => {
  const { slack, alice, adapter, channel } = await slackWithBot();
  const { said } = await alice.mention('C1', 'status');
  const how = { key: 'k1', replyTo: JSON.stringify({ thread: said.ts }) };
  slack.fail('chat.postMessage', { lost: true });
  await expect(adapter.send(channel, { text: 'ready' }, how)).rejects.toMatchObject({ retryable: true });
  await adapter.send(channel, { text: 'ready' }, how);
  expect(posted(slack).slice(1)).toEqual(['ready']);
});

test('a message that did not get through is posted by the next attempt', async () => {
  const { slack, adapter, channel } = await slackWithBot();
  slack.fail('chat.postMessage', { status: 500 });
  await expect(adapter.send(channel, { text: 'ready' }, { key: 'k1' })).rejects.toMatchObject({
    retryable: true,
  });
  await adapter.send(channel, { text: 'ready' }, { key: 'k1' });
  expect(posted(slack)).toEqual(['ready']);
});

test('what the process before had posted, and not recorded, is found by the next', async () => {
  const { slack, bot, anotherBot, channel } = await slackWithBot();
  const ref = await bot.adapter.send(channel, { text: 'ready' }, { key: 'k1' });
  await bot.adapter.stop();
  const { adapter, start } = anotherBot();
  await start();
  expect(await adapter.send(channel, { text: 'ready' }, { key: 'k1' })).toEqual(ref);
  await adapter.send(channel, { text: 'next' }, { key: 'k2' });
  await adapter.send(channel, { text: 'and next' }, { key: 'k3' });
  expect(posted(slack)).toEqual(['ready', 'next', 'and next']);
  // Only the first message of each process can be in doubt.
  expect(slack.called('conversations.history')).toHaveLength(2);
});

test('so it is in a thread, though another one of the channel was looked through before', async () => {
  const { slack, alice, bot, anotherBot, channel } = await slackWithBot();
  const inThread = async () => JSON.stringify({ thread: (await alice.mention('C1', 'status')).said.ts });
  const first = { key: 'k1', replyTo: await inThread() };
  const other = { key: 'k2', replyTo: await inThread() };
  const ref = await bot.adapter.send(channel, { text: 'ready' }, first);
  await bot.adapter.stop();
  const { adapter, start } = anotherBot();
  await start();
  await adapter.send(channel, { text: 'another' }, other);
  expect(await adapter.send(channel, { text: 'ready' }, { ...first, again: true })).toEqual(ref);
  expect(posted(slack).filter((text) => text === 'ready')).toHaveLength(1);
});

test('details that the process before did not get to are put below', async () => {
  const { slack, bot, anotherBot, channel } = await slackWithBot();
  const message = { text: 'the log', blocks: [{ type: 'code' as const, text: 'line\n'.repeat(4_000) }] };
  slack.fail('files.getUploadURLExternal', { error: 'missing_scope' });
  await bot.adapter.send(channel, message, { key: 'k1' });
  await bot.adapter.stop();
  for (let start = 0; start < 2; start++) {
    const next = anotherBot();
    await next.start();
    await next.adapter.send(channel, message, { key: 'k1' });
    await next.adapter.stop();
  }
  const files = slack.workspace.channels.get('C1')?.messages.flatMap((each) => each.files ?? []);
  expect(files).toHaveLength(1);
  expect(slack.called('chat.postMessage')).toHaveLength(1);
});

test("another app cannot keep a message back by putting the bot's key on its own", async () => {
  const { slack, adapter, channel } = await slackWithBot();
  slack.workspace.add({
    ts: slack.workspace.ts(),
    channel: 'C1',
    user: 'U2',
    bot_id: 'B2',
    text: 'mischief',
    metadata: { event_type: 'deployday_message', event_payload: { key: 'k1' } },
  });
  await adapter.send(channel, { text: 'ready' }, { key: 'k1' });
  expect(posted(slack)).toEqual(['mischief', 'ready']);
});

test('a bot that may not read the channel speaks all the same, and says what may come of it', async () => {
  const { slack, bot, adapter, channel } = await slackWithBot();
  slack.fail('conversations.history', { error: 'missing_scope' });
  await adapter.send(channel, { text: 'ready' }, { key: 'k1' });
  await adapter.send(channel, { text: 'next' }, { key: 'k2' });
  expect(posted(slack)).toEqual(['ready', 'next']);
  expect(bot.told).toEqual([expect.stringMatching(/missing_scope.*a message may come twice/)]);
});
