import { expect, test } from 'vitest';
import type { OutgoingMessage } from '../../../adapters/message.ts';
import { createPerson } from '../../support/slack/person.ts';
import { slackWithBot } from './fixture.ts';

const QUESTION: OutgoingMessage = {
  kind: 'question',
  text: 'Destroy demo?',
  buttons: [
    { label: 'Approve', command: 'approve 7', style: 'primary' },
    { label: 'Reject', command: 'reject 7', style: 'danger' },
    { label: 'Logs', command: `run demo -- grep "<x>" a && echo 'b > c'`, style: 'plain' },
  ],
};

test('pressing a button is saying its command, with the presser’s own account, answered below the message', async () => {
  const { slack, alice, bot, adapter, channel } = await slackWithBot();
  const bob = createPerson(slack, 'U2', 'Bob Builder');
  const { id } = await adapter.send(channel, QUESTION);
  const message = await alice.findsMessage('C1', 'Destroy demo?');
  expect(await bob.press(message, 'Approve')).toBe(true);
  expect(await alice.press(message, 'Logs')).toBe(true);
  const [approve, logs] = await bot.hears(2);
  expect(approve).toMatchObject({
    channel,
    sender: { identity: 'slack:T1/U2', display: 'Bob Builder' },
    text: 'approve 7',
  });
  expect(logs?.text).toBe(`run demo -- grep "<x>" a && echo 'b > c'`);
  expect(logs?.id).not.toBe(approve?.id);
  await adapter.send(channel, { text: 'approved' }, { replyTo: approve?.replyTo ?? '' });
  expect((await alice.findsMessage('C1', 'approved')).thread_ts).toBe(id);
});

test('a press in a thread is answered in that thread', async () => {
  const { alice, bot, adapter, channel } = await slackWithBot();
  const { said } = await alice.mention('C1', 'status');
  await adapter.send(channel, QUESTION, { replyTo: JSON.stringify({ thread: said.ts }) });
  await alice.press(await alice.findsMessage('C1', 'Destroy demo?'), 'Approve');
  const [, press] = await bot.hears(2);
  await adapter.send(channel, { text: 'approved' }, { replyTo: press?.replyTo ?? '' });
  expect((await alice.findsMessage('C1', 'approved')).thread_ts).toBe(said.ts);
});

test('a press on what only one person sees is answered in the channel', async () => {
  const { slack, alice, bot, adapter } = await slackWithBot();
  slack.workspace.addChannel('C2', { members: ['U1'] });
  await alice.slash('C2', 'destroy demo');
  const [asked] = await bot.hears(1);
  await adapter.send('slack:T1/C2', QUESTION, { replyTo: asked?.replyTo ?? '' });
  await alice.press(await alice.findsMessage('C2', 'Destroy demo?'), 'Approve');
  const [, press] = await bot.hears(2);
  slack.workspace.channels.get('C2')?.members.add('UBOT');
  await adapter.send('slack:T1/C2', { text: 'approved' }, { replyTo: press?.replyTo ?? '' });
  expect((await alice.findsMessage('C2', 'approved')).thread_ts).toBeUndefined();
});

test('what is refused to who presses is for their eyes only: in the channel, in a thread that goes on, in private', async () => {
  const { slack, alice, bot, adapter, channel } = await slackWithBot();
  const bob = createPerson(slack, 'U2', 'Bob Builder');
  const refuse = async (count: number, text: string) => {
    const said = (await bot.hears(count))[count - 1];
    const message: OutgoingMessage = { kind: 'refusal', text };
    await adapter.send(
      said?.channel ?? '',
      message,
      said?.replyTo === undefined ? {} : { replyTo: said.replyTo },
    );
  };
  await adapter.send(channel, QUESTION);
  await bob.press(await alice.findsMessage('C1', 'Destroy demo?'), 'Approve');
  await refuse(1, 'not in the channel');
  const { said } = await alice.mention('C1', 'status');
  await adapter.send(
    channel,
    { ...QUESTION, text: 'And now?' },
    { replyTo: JSON.stringify({ thread: said.ts }) },
  );
  await bob.press(await alice.findsMessage('C1', 'And now?'), 'Approve');
  await refuse(3, 'not in the thread');
  expect(await bob.findsMessage('C1', 'not in the channel')).toMatchObject({ onlyFor: 'U2' });
  expect((await bob.findsMessage('C1', 'not in the channel')).thread_ts).toBeUndefined();
  expect(await bob.findsMessage('C1', 'not in the thread')).toMatchObject({
    onlyFor: 'U2',
    thread_ts: said.ts,
  });
  expect(alice.sees('C1').join('\n')).not.toContain('not in the');

  // What Slack does not let us tell one person there goes by way of the press.
  slack.fail('chat.postEphemeral', { error: 'user_not_in_channel' });
  await bob.press(await alice.findsMessage('C1', 'Destroy demo?'), 'Approve');
  await refuse(4, 'not this way either');
  expect(await bob.findsMessage('C1', 'not this way')).toMatchObject({ onlyFor: 'U2', response: true });
});

test('what is dangerous asks once more', async () => {
  const { alice, adapter, channel } = await slackWithBot();
  await adapter.send(channel, QUESTION);
  const { blocks = [] } = await alice.findsMessage('C1', 'Destroy demo?');
  const row = blocks.find(({ type }) => type === 'actions');
  const [approve, reject, logs] = row?.type === 'actions' ? row.elements : [];
  expect(approve).toMatchObject({ style: 'primary', value: 'approve 7' });
  expect(approve).not.toHaveProperty('confirm');
  expect(reject).toMatchObject({ style: 'danger', confirm: { text: { text: 'This says: reject 7' } } });
  expect(logs).not.toHaveProperty('style');
});

test('buttons go with the message that is changed', async () => {
  const { slack, adapter, channel } = await slackWithBot();
  const ref = await adapter.send(channel, QUESTION);
  await adapter.edit(ref, { text: 'demo is destroyed' });
  expect(JSON.stringify(slack.workspace.channels.get('C1')?.messages)).not.toContain('Approve');
});
