import { expect, test } from 'vitest';
import type { OutgoingMessage } from '../../../adapters/message.ts';
import { blockText, calls, shown } from '../../support/slack/shown.ts';
import { slackWithBot } from './fixture.ts';

const LINK = 'http://127.0.0.1:8080/runs/1';

test('text stands beside the blocks and says the same; what the mood is shows as a sign, too', async () => {
  const { slack, adapter, channel } = await slackWithBot();
  await adapter.send(channel, {
    text: `demo is ready ${LINK}`,
    mood: 'good',
    blocks: [{ type: 'table', columns: ['node', 'state'], rows: [['n1', 'up']] }],
    link: LINK,
  });
  const [message] = slack.workspace.channels.get('C1')?.messages ?? [];
  expect(message?.text).toBe(`demo is ready ${LINK}\nnode  state\nn1    up`);
  expect(message?.blocks).toEqual([
    {
      type: 'section',
      text: { type: 'mrkdwn', text: `:white_check_mark: demo is ready <${LINK}>`, verbatim: true },
    },
    {
      type: 'section',
      text: { type: 'mrkdwn', text: '```\nnode  state\nn1    up\n```', verbatim: true },
    },
  ]);
  expect(slack.called('chat.postMessage')[0]?.args).toMatchObject({ parse: 'none', unfurl_links: 'false' });
});

test('no output can call people, pose as a link, or leave its block', async () => {
  const { alice, adapter, channel } = await slackWithBot();
  const bad = '<!channel> <@U1> @here <https://evil.org|https://good.org> ``` <!here> &lt;!here&gt;';
  await adapter.send(channel, {
    text: bad,
    blocks: [
      { type: 'text', text: bad },
      { type: 'code', text: bad },
      { type: 'table', columns: [bad], rows: [[bad]] },
    ],
    buttons: [{ label: bad, command: 'status', style: 'danger' }],
    link: `${LINK}?<!here>`,
  });
  const message = await alice.findsMessage('C1', 'good.org');
  expect(calls(message)).toEqual([]);
  expect(shown(message)).toContain('<!channel> <@U1> @here <https://evil.org|https://good.org>');
  const fenced = (message.blocks ?? []).map(blockText).filter((text) => text.startsWith('```'));
  expect(fenced.map((text) => text.match(/```/g)?.length)).toEqual([2, 2]);
});

test('who has to do something is called, and nobody else', async () => {
  const { slack, adapter, channel } = await slackWithBot();
  const mention = 'slack:T1/U0ALICE';
  for (const text of ['demo: alice, it is your turn', '*demo*: <@U1>, `it` is <!here> your turn']) {
    await adapter.send(channel, { kind: 'question', mood: 'waiting', text, mention });
    const message = slack.workspace.channels.get('C1')?.messages.at(-1);
    if (!message) throw new Error('nothing was posted');
    expect(message.text.startsWith('<@U0ALICE> ')).toBe(true);
    expect(calls(message)).toEqual(['@U0ALICE', '@U0ALICE']);
  }
  await adapter.send(channel, { text: 'demo', mention: 'irc:lab/alice' });
  expect(slack.workspace.channels.get('C1')?.messages.at(-1)?.text).toBe('demo');
});

test('times are shown in the zone of their reader, but not in code', async () => {
  const { slack, adapter, channel } = await slackWithBot();
  await adapter.send(channel, {
    text: 'held until 2026-11-23T18:00Z',
    blocks: [{ type: 'code', text: '2026-11-23T18:00Z boot' }],
  });
  const [message] = slack.workspace.channels.get('C1')?.messages ?? [];
  expect(message?.text).toMatch(/held until 23 Nov (\d+ )?18:00 UTC/);
  expect(message?.text).toContain('2026-11-23T18:00Z boot');
  const [said, code] = message?.blocks ?? [];
  expect(said).toMatchObject({
    text: { text: 'held until <!date^1795456800^{date_short_pretty} {time}|2026-11-23 18:00 UTC>' },
  });
  expect(code).toMatchObject({ text: { text: '```\n2026-11-23T18:00Z boot\n```' } });
});

test('a slash command in a channel without the bot is answered by way of the command', async () => {
  const { slack, alice, bot, adapter } = await slackWithBot();
  slack.workspace.addChannel('C2', { members: ['U1'] });
  slack.workspace.addChannel('C3', { kind: 'private', members: ['U1'] });
  await alice.slash('C2', 'status');
  await alice.slash('C3', 'destroy demo');
  const [status, destroy] = await bot.hears(2);
  const answer = async (to: typeof status, message: OutgoingMessage) =>
    adapter.send(to?.channel ?? '', message, to?.replyTo === undefined ? {} : { replyTo: to.replyTo });

  const ref = await answer(status, { text: 'all is well' });
  const posted = await alice.findsMessage('C2', 'all is well');
  expect(posted.response).toBe(true);
  expect(posted.onlyFor).toBeUndefined();
  expect(shown(posted)).toContain('/invite');
  await expect(adapter.edit(ref, { text: 'x' })).rejects.toMatchObject({ retryable: false });

  // What was refused concerns nobody else.
  await answer(destroy, { text: 'you may not', kind: 'refusal' });
  expect((await alice.findsMessage('C3', 'you may not')).onlyFor).toBe('U1');

  // Five answers, then it is as with every other channel.
  for (let more = 2; more <= 5; more++) await answer(status, { text: `answer ${more}` });
  await expect(answer(status, { text: 'answer 6' })).rejects.toMatchObject({
    retryable: false,
    message: 'posting to C2: not_in_channel – the bot is not in it: /invite it there',
  });
  slack.expireResponseUrls();
  await expect(answer(destroy, { text: 'late' })).rejects.toMatchObject({ retryable: false });
});

test('where the bot is in the channel, a slash command is answered with a post', async () => {
  const { slack, alice, bot, adapter, channel } = await slackWithBot();
  await alice.slash('C1', 'status');
  const [status] = await bot.hears(1);
  await adapter.send(channel, { text: 'all is well' }, { replyTo: status?.replyTo ?? '' });
  expect((await alice.findsMessage('C1', 'all is well')).response).toBeUndefined();
  expect(slack.called('chat.postMessage')).toHaveLength(1);
});

test('an answer to a thread that is gone is posted in the channel', async () => {
  const { alice, adapter, channel } = await slackWithBot();
  await adapter.send(channel, { text: 'late answer' }, { replyTo: '{"thread":"1.1"}' });
  expect((await alice.findsMessage('C1', 'late answer')).thread_ts).toBeUndefined();
});

test('asked for a pause, it says how long, asks for nothing meanwhile, and speaks elsewhere', async () => {
  const { slack, adapter, channel } = await slackWithBot();
  slack.workspace.addChannel('C2');
  const ref = await adapter.send(channel, { text: 'a board' });
  slack.fail('chat.postMessage', { status: 429, retryAfter: 30 });
  const refused = { name: 'SendError', retryable: true };
  await expect(adapter.send(channel, { text: 'x' })).rejects.toMatchObject({
    ...refused,
    retryAfter: 30_000,
  });
  const before = slack.called('chat.postMessage').length;
  const again = await adapter.send(channel, { text: 'x' }).catch((error: unknown) => error);
  expect(again).toMatchObject(refused);
  expect((again as { retryAfter: number }).retryAfter).toBeGreaterThan(25_000);
  expect(slack.called('chat.postMessage')).toHaveLength(before);
  await adapter.send('slack:T1/C2', { text: 'elsewhere' });
  await adapter.edit(ref, { text: 'the board goes on' });

  slack.fail('chat.update', { status: 429, retryAfter: 20 });
  await expect(adapter.edit(ref, { text: 'x' })).rejects.toMatchObject({ ...refused, retryAfter: 20_000 });
});

test('after the pause it speaks again', async () => {
  const { slack, alice, adapter, channel } = await slackWithBot();
  slack.fail('chat.postMessage', { status: 429, retryAfter: 1 });
  await expect(adapter.send(channel, { text: 'x' })).rejects.toMatchObject({ retryAfter: 1_000 });
  await expect
    .poll(
      () =>
        adapter.send(channel, { text: 'again' }).then(
          () => 'sent',
          () => 'refused',
        ),
      { timeout: 10_000 },
    )
    .toBe('sent');
  await alice.findsMessage('C1', 'again');
});

test.each([
  ['is_archived', false, 'the channel is archived'],
  ['channel_not_found', false, '/invite it there'],
  ['token_revoked', true, 'put a new one into slack.botToken'],
  ['restricted_action', false, 'lets only some post there'],
  ['a_reason_that_we_do_not_know', false, 'a_reason_that_we_do_not_know'],
  ['internal_error', true, 'internal_error'],
  ['service_unavailable', true, 'service_unavailable'],
])('the refusal %s: worth another attempt: %s', async (error, retryable, words) => {
  const { slack, adapter, channel } = await slackWithBot();
  slack.fail('chat.postMessage', { error });
  const sent = adapter.send(channel, { text: 'x' });
  await expect(sent).rejects.toMatchObject({ name: 'SendError', retryable });
  await expect(sent).rejects.toThrow(words);
});

test('a Slack that is down or broken is worth another attempt', async () => {
  const { slack, adapter, channel } = await slackWithBot();
  slack.fail('chat.postMessage', { status: 503 });
  await expect(adapter.send(channel, { text: 'x' })).rejects.toMatchObject({ retryable: true });
  slack.down();
  await expect(adapter.send(channel, { text: 'x' })).rejects.toMatchObject({ retryable: true });
});

test('a request that is never answered ends in time', async () => {
  const { slack, adapter, channel } = await slackWithBot({ times: { request: 100 } });
  slack.hold('chat.postMessage', new Promise(() => {}));
  await expect(adapter.send(channel, { text: 'x' })).rejects.toMatchObject({ retryable: true });
});

test('a board is changed where it stands; a deleted one is not asked for again', async () => {
  const { slack, adapter, channel } = await slackWithBot();
  const ref = await adapter.send(channel, { kind: 'board', mood: 'busy', text: 'running' });
  await adapter.edit(ref, { kind: 'board', mood: 'good', text: 'finished' });
  const messages = slack.workspace.channels.get('C1')?.messages ?? [];
  expect(messages.map(shown)).toEqual([':white_check_mark: finished']);
  messages.splice(0);
  await expect(adapter.edit(ref, { text: 'x' })).rejects.toMatchObject({
    retryable: false,
    message: 'changing a message in C1: message_not_found – the message was deleted',
  });
});

test('where Slack refuses the blocks, the words are posted', async () => {
  const { slack, adapter, bot, channel } = await slackWithBot();
  slack.fail('chat.postMessage', { error: 'invalid_blocks' });
  const ref = await adapter.send(channel, { text: 'demo is ready' });
  slack.fail('chat.update', { error: 'msg_blocks_too_long' });
  await adapter.edit(ref, { text: 'demo is reset' });
  expect(slack.workspace.channels.get('C1')?.messages).toMatchObject([{ text: 'demo is reset', blocks: [] }]);
  expect(bot.told).toHaveLength(2);
});

test('a message without anything visible is refused for good', async () => {
  const { adapter, channel } = await slackWithBot();
  await expect(adapter.send(channel, { text: ' \u202e' })).rejects.toMatchObject({ retryable: false });
});
