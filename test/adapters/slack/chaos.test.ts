import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Adapter, SendError } from '../../../adapters/adapter.ts';
import { createPerson } from '../../support/slack/person.ts';
import { slackWithBot } from './fixture.ts';

/** Sends as the outbox does: one after the other, each until it is through, with the same key. */
async function post(adapter: Adapter, channel: string, texts: readonly string[]): Promise<number> {
  let attempts = 0;
  for (const [at, text] of texts.entries()) {
    const key = `${channel.slice(-2).toLowerCase()}-${at}`;
    for (let sent = false; !sent; attempts++) {
      sent = await adapter.send(channel, { text }, { key }).then(
        () => true,
        async (error: unknown) => {
          if (!(error instanceof SendError) || !error.retryable) throw error;
          await pause(error.retryAfter ?? 20);
          return false;
        },
      );
    }
  }
  return attempts;
}

test('through pauses, lost answers, faults and an outage every message arrives once, in order', async () => {
  const { slack, adapter } = await slackWithBot();
  const channels = ['C1', 'C2', 'C3', 'C4'];
  for (const id of channels.slice(1)) slack.workspace.addChannel(id);
  slack.keepLimits({ 'chat.postMessage': { burst: 15, perSecond: 8 } });
  const storm = [
    { lost: true } as const,
    { status: 500 },
    { error: 'internal_error' },
    { status: 429, retryAfter: 1 },
    { lost: true } as const,
    { error: 'fatal_error' },
  ];
  for (let round = 0; round < 3; round++) slack.fail('chat.postMessage', ...storm);
  const texts = (id: string) => Array.from({ length: 20 }, (_, at) => `${id} ${at}`);
  const posting = Promise.all(channels.map((id) => post(adapter, `slack:T1/${id}`, texts(id))));
  await slack.workspace.until(() => slack.called('chat.postMessage').length > 30, 'some posts');
  slack.down();
  await slack.workspace.until(() => slack.turnedAway() > 20, 'attempts during the outage');
  slack.up();
  const attempts = (await posting).reduce((sum, each) => sum + each, 0);
  expect(attempts).toBeGreaterThan(channels.length * 20);
  for (const id of channels) {
    expect(slack.workspace.channels.get(id)?.messages.map(({ text }) => text)).toEqual(texts(id));
  }
});

test('through cut sockets and repeats every command is heard once, those of a person in order', async () => {
  const { slack, bot } = await slackWithBot({ ackWithin: 1_000 });
  const people = Array.from({ length: 10 }, (_, at) => {
    slack.workspace.addChannel(`C1${at}`);
    return createPerson(slack, `U1${at}`, `Person ${at}`);
  });
  const count = 15;
  const said = people.map(async (person, at) => {
    for (let command = 0; command < count; command++) {
      const { payload } = await person.mention(`C1${at}`, `status e${command}`);
      if (command % 4 === 0) await slack.deliverAgain(payload);
    }
  });
  for (let drop = 1; drop <= 4; drop++) {
    await bot.hears(drop * 25);
    slack.sockets.drop();
  }
  await Promise.all(said);
  const heard = await bot.hears(people.length * count);
  expect(heard).toHaveLength(people.length * count);
  for (const { identity } of people) {
    const theirs = heard.filter(({ sender }) => sender.identity === identity).map(({ text }) => text);
    expect(theirs).toEqual(Array.from({ length: count }, (_, command) => `status e${command}`));
  }
});
