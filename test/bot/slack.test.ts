import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describeIf } from '../support/needs.ts';
import { signed } from '../support/slack/envelopes.ts';
import { createPerson, type Person } from '../support/slack/person.ts';
import { APP_TOKEN, BOT_TOKEN, type FakeSlack, SIGNING_SECRET, startSlack } from '../support/slack/server.ts';
import { BOT_USER } from '../support/slack/workspace.ts';
import { needSshd } from '../support/sshd.ts';
import { openWorld, type World } from '../support/world.ts';

const ROOM = 'C1';
const sshd = await needSshd();
let slack: FakeSlack;
let world: World;
let alice: Person;

/** What the bot has posted in the room, oldest first, as it stands now. */
const posts = () =>
  (slack.workspace.channels.get(ROOM)?.messages ?? []).filter(({ user }) => user === BOT_USER);
const sees = (part: string) =>
  slack.workspace.until(() => posts().find(({ text }) => text.includes(part)), `"${part}"`, 30_000);

async function openSlack(): Promise<void> {
  slack = await startSlack();
  slack.workspace.addChannel(ROOM);
  alice = createPerson(slack, 'U1', 'Alice Liddell');
}

describeIf(sshd)('the main job on Slack, by Socket Mode', () => {
  beforeAll(async () => {
    await openSlack();
    world = await openWorld({
      machines: 2,
      blueprints: [join(import.meta.dirname, 'blueprints')],
      slack: { botToken: BOT_TOKEN, appToken: APP_TOKEN, apiUrl: slack.apiUrl, sockets: 1 },
      admins: [alice.identity],
    });
  });
  afterAll(async () => {
    await world?.close();
    await slack?.close();
  });

  it('answers at once, keeps one board, and tells the outcome as a post of its own', async () => {
    await alice.mention(ROOM, 'provision demo from trial node=2');
    const answer = await sees('demo: provisioning …');
    const outcome = await sees('demo ready in');
    expect(outcome.ts).not.toBe(answer.ts);
    expect(posts().filter(({ text }) => text.includes('demo ready'))).toHaveLength(1);
  });

  it('changes the board in place while a run goes on, posts a deleted one anew, and closes it at the end', async () => {
    const board = () => posts().find(({ text }) => text.startsWith('demo: running the command, '));
    await alice.mention(ROOM, 'run demo -- while [ ! -e "$HOME/go" ]; do sleep 0.1; done; echo through');
    const first = await slack.workspace.until(board, 'a board', 30_000);
    const room = slack.workspace.channels.get(ROOM);
    room?.messages.splice(room.messages.indexOf(first), 1);
    const second = await slack.workspace.until(board, 'another board', 30_000);
    expect(second.ts).not.toBe(first.ts);
    await alice.mention(ROOM, 'cancel demo');
    await sees('demo: running the command is over after');
    await sees('cancelled');
    expect(posts().filter(({ text }) => text.includes('running the command, '))).toEqual([]);
  });

  it('keeps the board of whoever asked for a run also where the channel wants to be told little', async () => {
    await alice.mention(ROOM, 'session start day');
    await alice.mention(ROOM, 'notify quiet');
    await sees('This channel is quiet now');
    await alice.mention(ROOM, 'run demo -- while [ ! -e "$HOME/never" ]; do sleep 0.1; done');
    await sees('demo: running the command, 0 of 2 done');
    await alice.mention(ROOM, 'cancel demo');
    await slack.workspace.until(
      () => posts().filter(({ text }) => text.includes('demo cancelled')).length === 2,
      'its outcome',
      30_000,
    );
  });

  it('acts once on what Slack delivers again', async () => {
    const { payload } = await alice.mention(ROOM, 'whoami');
    await sees('You are Alice Liddell');
    await slack.deliverAgain(payload);
    await alice.mention(ROOM, 'stauts demo');
    await sees('did you mean status');
    expect(posts().filter(({ text }) => text.includes('You are Alice'))).toHaveLength(1);
  });

  it('answers others while one person floods the channel, with one notice', async () => {
    const bob = createPerson(slack, 'U2', 'Bob');
    slack.keepLimits({ 'chat.postMessage': { burst: 5, perSecond: 1 } });
    const before = posts().length;
    await Promise.all(Array.from({ length: 40 }, () => alice.mention(ROOM, 'status demo')));
    await bob.mention(ROOM, 'whoami');
    await sees('You are Bob');
    const meanwhile = posts().slice(before);
    expect(meanwhile.length).toBeLessThan(14);
    expect(meanwhile.filter(({ text }) => text.includes('of your commands wait already'))).toHaveLength(1);
    slack.keepLimits({});
  });
});

describe('Slack by HTTP', () => {
  const open = async (events?: { host: string; port: number }) => {
    await openSlack();
    world = await openWorld({
      slack: {
        botToken: BOT_TOKEN,
        signingSecret: SIGNING_SECRET,
        apiUrl: slack.apiUrl,
        sockets: 1,
        ...(events ? { events } : {}),
      },
    });
  };
  afterEach(async () => {
    await world?.close();
    await slack?.close();
  });

  it("comes to the page's own address where no other is configured", async () => {
    await open();
    const url = `${world.app.url}/slack/events`;
    slack.requestUrl(url);
    expect((await alice.mention(ROOM, 'whoami')).acknowledged).toBe(true);
    await sees('You are Alice Liddell');
    expect(await alice.slash(ROOM, 'envs')).toBe(true);
    await sees('o environments yet');
  });

  it('is asked for a sign when its address is entered, and refuses what Slack did not sign', async () => {
    await open();
    const url = `${world.app.url}/slack/events`;
    const body = JSON.stringify({ type: 'url_verification', challenge: 'c4', token: 'x' });
    const post = (headers: Record<string, string>) =>
      fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
    expect(await (await post(signed(SIGNING_SECRET, body))).text()).toContain('c4');
    expect((await post(signed('another secret', body))).status).toBe(401);
    expect((await post(signed(SIGNING_SECRET, body, Date.now() - 6 * 60_000))).status).toBe(401);
    // The page itself stays read-only.
    expect((await fetch(`${world.app.url}/envs`, { method: 'POST' })).status).toBe(405);
  });

  it('acts once on what it delivers again because the acknowledgement was late', async () => {
    await open();
    slack.requestUrl(`${world.app.url}/slack/events`);
    const { payload } = await alice.mention(ROOM, 'whoami');
    await sees('You are Alice Liddell');
    expect(await slack.deliverAgain(payload)).toBe(true);
    await world.restart();
    expect(await slack.deliverAgain(payload)).toBe(true);
    await alice.mention(ROOM, 'envs');
    await sees('o environments yet');
    expect(posts().filter(({ text }) => text.includes('You are Alice'))).toHaveLength(1);
  });
});
