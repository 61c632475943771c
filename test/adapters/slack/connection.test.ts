import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { signed } from '../../support/slack/envelopes.ts';
import { SIGNING_SECRET } from '../../support/slack/server.ts';
import { slackWithBot } from './fixture.ts';

test('a socket that is cut is opened again, and what was said meanwhile is heard', async () => {
  const { slack, alice, bot } = await slackWithBot();
  slack.sockets.drop();
  expect((await alice.mention('C1', 'status')).acknowledged).toBe(true);
  expect((await bot.hears(1))[0]?.text).toBe('status');
  for (let drop = 2; drop <= 4; drop++) {
    slack.sockets.drop();
    await slack.sockets.until(() => slack.sockets.opened() === drop + 1 && slack.sockets.count() === 1);
  }
  await alice.mention('C1', 'envs');
  await bot.hears(2);
});

test.each(['warning', 'refresh_requested', 'link_disabled', 'too_many_websockets'])(
  'a socket that Slack says goodbye to (%s) is replaced',
  async (reason) => {
    const { slack, alice, bot } = await slackWithBot();
    slack.sockets.recycle(reason);
    await slack.sockets.until(() => slack.sockets.opened() === 2 && slack.sockets.count() === 1);
    expect((await alice.mention('C1', 'status')).acknowledged).toBe(true);
    await bot.hears(1);
    expect(bot.told.join('\n')).toMatch(
      { link_disabled: /turn it on again/, too_many_websockets: /another bot/ }[reason] ?? /^$/,
    );
  },
);

test('of several sockets one goes on while another is replaced', async () => {
  const { slack, alice, bot } = await slackWithBot({ config: { sockets: 2 } });
  await slack.sockets.until(() => slack.sockets.count() === 2);
  slack.fail('apps.connections.open', { status: 503 }, { status: 503 });
  slack.sockets.recycle('refresh_requested');
  await slack.sockets.until(() => slack.sockets.count() === 1);
  expect(await alice.slash('C1', 'status')).toBe(true);
  await slack.sockets.until(() => slack.sockets.count() === 2);
  await bot.hears(1);
});

test('a socket without a hello is given up', async () => {
  const { slack, bot } = await slackWithBot({ start: false, times: { connectWithin: 50 } });
  slack.sockets.staySilent(true);
  await bot.start();
  expect(bot.told[0]).toContain('Slack did not say hello');
  slack.sockets.staySilent(false);
  await slack.sockets.until(() => slack.sockets.count() === 1);
});

test.each([
  ['botToken', 'bot'],
  ['appToken', 'app'],
] as const)(
  'a refused token ends the start, naming slack.%s, and leaves nothing running',
  async (key, token) => {
    const { slack, bot } = await slackWithBot({ start: false });
    slack.tokens[token] = 'another one';
    await expect(bot.start()).rejects.toThrow(
      new RegExp(`^slack.${key}: Slack refuses it \\(invalid_auth\\)`),
    );
    const calls = slack.calls.length;
    slack.tokens[token] = token === 'bot' ? 'xoxb-test' : 'xapp-test';
    await expect(bot.adapter.send('slack:T1/C1', { text: 'x' })).rejects.toMatchObject({ name: 'SendError' });
    expect(slack.calls).toHaveLength(calls);
    expect(slack.sockets.count()).toBe(0);
  },
);

test('a token that is refused while running is tried again after a while', async () => {
  const { slack, bot } = await slackWithBot({ times: { refused: 50 } });
  slack.fail('apps.connections.open', { error: 'invalid_auth' }, { error: 'invalid_auth' });
  slack.sockets.drop();
  await slack.sockets.until(() => slack.sockets.opened() === 2);
  expect(bot.told.join('\n')).toContain('slack.appToken: Slack refuses it');
});

test('a Slack that is away at the start is waited for, and then has a name', async () => {
  const { slack, alice, bot, adapter, channel } = await slackWithBot({ start: false });
  slack.down();
  await bot.start();
  expect(adapter.name).toBe('slack');
  await expect(adapter.send(channel, { text: 'x' })).rejects.toMatchObject({ retryable: true });
  slack.up();
  await slack.sockets.until(() => slack.sockets.count() === 1);
  expect(adapter.name).toBe('slack:T1');
  await adapter.send(channel, { text: 'hello' });
  await alice.mention('C1', 'status');
  await bot.hears(1);
});

test('too many connections asked for: Slack is given the time it wants', async () => {
  const { slack, bot } = await slackWithBot({ start: false });
  slack.fail('apps.connections.open', { status: 429, retryAfter: 1 });
  await bot.start();
  await slack.sockets.until(() => slack.sockets.count() === 1);
  const [first, second] = slack.called('apps.connections.open');
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
});

test('stopping ends the sockets at once, also in the middle of connecting, and ends what is being sent', async () => {
  const { slack, bot, anotherBot, adapter, channel } = await slackWithBot({ times: { drain: 100 } });
  slack.hold('chat.postMessage', new Promise(() => {}));
  const sent = adapter.send(channel, { text: 'x' });
  const lost = expect(sent).rejects.toMatchObject({ name: 'SendError', retryable: true });
  await slack.workspace.until(() => slack.called('chat.postMessage').length === 1, 'the request');
  await bot.adapter.stop();
  await lost;
  await slack.sockets.until(() => slack.sockets.count() === 0);

  const next = anotherBot();
  slack.hold('apps.connections.open', new Promise(() => {}));
  const started = next.start();
  await slack.workspace.until(() => slack.called('apps.connections.open').length === 2, 'the request');
  await next.adapter.stop();
  await started;
  expect(slack.sockets.count()).toBe(0);
});

test('a socket on which Slack has fallen silent is given up for another', async () => {
  const { slack, alice, bot } = await slackWithBot({ times: { silence: 300 } });
  slack.sockets.freeze();
  await slack.sockets.until(() => slack.sockets.opened() === 2);
  expect(bot.told.join('\n')).toContain("A pong wasn't received");
  slack.sockets.drop();
  await alice.mention('C1', 'status');
  await bot.hears(1);
});

test('a Slack that does not answer our goodbye is not waited for', async () => {
  const { slack, bot } = await slackWithBot({ times: { drain: 50 } });
  slack.sockets.freeze();
  const before = Date.now();
  await bot.adapter.stop();
  expect(Date.now() - before).toBeLessThan(5_000);
});

test('HTTP events: the same by signed requests, on an address of its own', async () => {
  const port = await freePort();
  const { slack, alice, bot } = await slackWithBot({
    config: byHttp({ events: { host: '127.0.0.1', port } }),
  });
  const url = `http://127.0.0.1:${port}/slack/events`;
  slack.requestUrl(url);
  expect((await alice.mention('C1', 'status demo')).acknowledged).toBe(true);
  expect(await alice.slash('C1', 'envs')).toBe(true);
  await bot.adapter.send('slack:T1/C1', {
    text: 'done?',
    buttons: [{ label: 'Cancel', command: 'cancel demo', style: 'danger' }],
  });
  expect(await alice.press(await alice.findsMessage('C1', 'done?'), 'Cancel')).toBe(true);
  expect((await bot.hears(3)).map(({ text }) => text)).toEqual(['status demo', 'envs', 'cancel demo']);
  expect(bot.adapter.requests).toBeUndefined();
  expect(slack.called('apps.connections.open')).toEqual([]);

  const verification = JSON.stringify({ type: 'url_verification', challenge: 'c', token: 'x' });
  const verified = await fetch(url, {
    method: 'POST',
    body: verification,
    headers: { 'content-type': 'application/json', ...signed(SIGNING_SECRET, verification) },
  });
  expect(await verified.json()).toEqual({ challenge: 'c' });
  expect((await fetch(`http://127.0.0.1:${port}/other`)).status).toBe(404);

  await bot.adapter.stop();
  await expect(fetch(url)).rejects.toThrow();
});

test('HTTP events: what Slack did not sign, or signed long ago, is refused', async () => {
  const port = await freePort();
  const { slack, alice, bot } = await slackWithBot({
    ackWithin: 500,
    config: byHttp({ events: { host: '127.0.0.1', port } }),
  });
  const url = `http://127.0.0.1:${port}/slack/events`;
  slack.requestUrl(url, 'another secret');
  expect((await alice.mention('C1', 'destroy demo')).acknowledged).toBe(false);
  const body = JSON.stringify(slack.delivered[0]);
  const post = (headers: Record<string, string>) =>
    fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
  expect((await post({})).status).toBe(401);
  expect((await post(signed(SIGNING_SECRET, body, Date.now() - 6 * 60_000))).status).toBe(401);
  expect(bot.heard).toEqual([]);
  expect((await post(signed(SIGNING_SECRET, body))).status).toBe(200);
  await bot.hears(1);
});

test('HTTP events: without an address of its own, whoever has one passes the requests on', async () => {
  const { slack, alice, bot, adapter } = await slackWithBot({ config: byHttp(), start: false });
  const page = createServer((request, response) => adapter.requests?.(request, response));
  onTestFinished(() => void page.close().closeAllConnections());
  await new Promise<void>((resolve) => void page.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}/slack/events`;
  // Before we know who we are, Slack is asked to come again.
  expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(503);
  await bot.start();
  slack.requestUrl(url);
  expect((await alice.mention('C1', 'status')).acknowledged).toBe(true);
  await bot.hears(1);
});

test('HTTP events: a port that is taken ends the start, naming the key', async () => {
  const taken = createServer();
  onTestFinished(() => void taken.close());
  await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const { bot } = await slackWithBot({
    start: false,
    config: byHttp({ events: { host: '127.0.0.1', port } }),
  });
  await expect(bot.start()).rejects.toThrow(
    `slack.events: cannot listen on 127.0.0.1:${port}: something else listens there`,
  );
});

/** No app token: Slack comes to us. */
function byHttp(more: { events?: { host: string; port: number } } = {}) {
  return { appToken: '', signingSecret: SIGNING_SECRET, ...more };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
