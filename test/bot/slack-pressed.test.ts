import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeIf } from '../support/needs.ts';
import { createPerson, type Person } from '../support/slack/person.ts';
import { APP_TOKEN, BOT_TOKEN, type FakeSlack, startSlack } from '../support/slack/server.ts';
import { blockText } from '../support/slack/shown.ts';
import { needSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { openWorld, type World } from '../support/world.ts';

const ROOM = 'C1';
const HOUR = 60 * 60_000;
const sshd = await needSshd();

describeIf(sshd)('what people press on Slack', () => {
  let slack: FakeSlack;
  let world: World;
  let alice: Person;
  let bob: Person;
  let carol: Person;

  beforeAll(async () => {
    slack = await startSlack();
    slack.workspace.addChannel(ROOM);
    alice = createPerson(slack, 'U1', 'Alice');
    bob = createPerson(slack, 'U2', 'Bob');
    carol = createPerson(slack, 'U3', 'Carol');
    world = await openWorld({
      machines: 1,
      blueprints: [join(import.meta.dirname, 'blueprints')],
      slack: { botToken: BOT_TOKEN, appToken: APP_TOKEN, apiUrl: slack.apiUrl, sockets: 1 },
      admins: [alice.identity, carol.identity],
      policy: {
        approvals: [
          { commands: ['destroy'], environments: ['*'], count: 1, role: 'operator', withinMs: HOUR },
        ],
      },
    });
    await alice.mention(ROOM, 'provision demo from trial');
    await sees(alice, 'demo ready in');
    await alice.mention(ROOM, 'claim demo for 1h because trying it');
    await sees(alice, 'demo: Alice holds it');
  });
  afterAll(async () => {
    await world?.close();
    await slack?.close();
  });

  const sees = (person: Person, text: string, where = ROOM) =>
    slack.workspace.until(
      () => person.sees(where).find((each) => each.includes(text)),
      `"${text}" for ${person.id} in ${where}`,
      30_000,
    );
  const logOf = async (run: number) => (await fetch(`${world.app.url}/runs/${run}/log`)).text();
  const shownTo = ({ id }: Person) => slack.workspace.homes.get(id)?.blocks.map(blockText).join('\n') ?? '';
  /** Opens the home tab and reads it. */
  async function home(person: Person): Promise<string> {
    const before = slack.workspace.homes.get(person.id);
    await person.openHome();
    await slack.workspace.until(() => slack.workspace.homes.get(person.id) !== before, 'a home tab', 30_000);
    return shownTo(person);
  }
  const seesTimes = (person: Person, text: string, times: number) =>
    slack.workspace.until(
      () => person.sees(ROOM).filter((each) => each.includes(text)).length === times,
      `"${text}" ${times} times for ${person.id}`,
      30_000,
    );
  /** And others do not. */
  async function onlySees(presser: Person, press: () => Promise<unknown>, text: string): Promise<void> {
    await press();
    await sees(presser, text);
    for (const other of [alice, bob, carol].filter((each) => each !== presser))
      expect(other.sees(ROOM).join('\n')).not.toContain(text);
  }

  it('the home tab has the leases, what waits for an answer, and the environments', async () => {
    await alice.mention(ROOM, 'destroy demo');
    await sees(alice, 'Approval 1: Alice wants "destroy demo"');
    const alices = await home(alice);
    expect(alices).toMatch(/^Approvals\n.*Approval 1, your "destroy demo", waits: 0 of 1 agree/);
    expect(alices).toContain('[Take 1 back]');
    expect(alices).toMatch(
      /Your leases\ndemo: yours \(trying it\) until .*\n\[Extend demo\] \[Release demo\]/,
    );
    expect(alices).toMatch(/Environments\n.*demo: ready \(trial, 1 node\), held by Alice until/);

    const carols = await home(carol);
    expect(carols).toMatch(/Approval 1: Alice wants "destroy demo": 1 step on 1 node \(node-1\)/);
    expect(carols).toContain('[Approve 1] [Reject 1]');
    expect(carols).toContain('You hold no environment, and wait for none.');

    const bobs = await home(bob);
    expect(bobs).not.toMatch(/Approval|Approve|Reject/);
    expect(bobs).toContain('demo: ready (trial, 1 node), held by Alice until');
  });

  it('the home tab is drawn anew when a press on it is answered, and when it is opened again', async () => {
    await bob.mention(ROOM, 'queue demo');
    await sees(bob, 'demo: Bob is 1st in the queue');
    expect(await home(bob)).toMatch(/demo: you are 1st in the queue\n\[Wait no more for demo\]/);
    expect(await home(alice)).toMatch(/demo: yours .*; 1 in the queue/);

    await bob.pressAtHome('Wait no more for demo');
    await slack.workspace.until(() => shownTo(bob).includes('wait for none'), "Bob's home tab", 30_000);
    await sees(bob, 'demo: Bob waits no more', 'DU2');

    await carol.pressAtHome('Reject 1');
    await slack.workspace.until(() => !shownTo(carol).includes('Approval'), "Carol's home tab", 30_000);
    await sees(carol, 'rejected: it will not happen', 'DU3');
    expect(await home(alice)).not.toContain('Approval');
  });

  it('what is refused to who presses is told to nobody else: an approval', async () => {
    await alice.mention(ROOM, 'destroy demo');
    const question = await alice.findsMessage(ROOM, 'Approval 2: Alice wants');
    await onlySees(
      bob,
      () => bob.press(question, 'Approve'),
      'approval 2 is for people who are operator or more',
    );
    await onlySees(alice, () => alice.press(question, 'Approve'), 'you asked for approval 2 yourself');
    await carol.press(question, 'Reject');
    await sees(bob, 'Approval 2, "destroy demo": rejected');
    // The question says how it was answered, and has nothing to press any more.
    const decided = await alice.findsMessage(
      ROOM,
      'Approval 2, "destroy demo": rejected, it will not happen',
    );
    expect(decided.ts).toBe(question.ts);
    expect(() => carol.press(decided, 'Approve')).toThrow('there is no button');
  });

  it('what is refused to who presses is told to nobody else: a run of somebody else; all may read its output', async () => {
    await alice.mention(
      ROOM,
      'run demo -- echo "so far so good"; while [ ! -e "$HOME/go" ]; do sleep 0.1; done',
    );
    const board = await alice.findsMessage(ROOM, 'demo: running the command, ');
    await onlySees(bob, () => bob.press(board, 'Cancel'), 'demo is held by Alice (trying it) until');
    const refusal = await bob.findsMessage(ROOM, 'demo is held by Alice');
    expect(refusal.onlyFor).toBe(bob.id);

    await until(async () => (await logOf(2)).includes('so far'), { what: 'output', withinMs: 30_000 });
    await bob.press(board, 'Logs');
    await sees(alice, 'so far so good');
    // The refusal has the way on, for who may take it.
    await bob.press(refusal, 'Wait for demo');
    await seesTimes(alice, 'demo: Bob is 1st in the queue', 2);
    await alice.press(board, 'Cancel');
    await sees(bob, 'demo cancelled: run by Alice');

    await alice.mention(ROOM, 'release demo');
    const turn = await bob.findsMessage(ROOM, 'demo: Bob, it is your turn until');
    await onlySees(carol, () => carol.press(turn, 'Claim demo'), 'it is the turn of Bob');
    await bob.press(turn, 'Claim demo');
    await sees(alice, 'demo: Bob holds it');
  });
});
