import { afterAll, beforeAll, expect, it } from 'vitest';
import { DISCORD, directOf, type Floor, IRC, MINUTE, openFloor, SLACK } from './floor.ts';

const BOSS = 'irc:lab/boss';
const ALICE = 'irc:lab/alice';
const BOB = 'slack:T1/bob';
const CAROL = 'discord:carol';

let floor: Floor;
beforeAll(async () => {
  floor = await openFloor({ admins: [BOSS] });
  await floor.say(BOSS, 'session start essex-day');
  await floor.say(BOSS, 'session link essex-day', SLACK);
});
afterAll(() => floor?.close());

/** Where this was told, and who was called there. */
async function called(pattern: RegExp): Promise<(string | null)[][]> {
  const { rows } = await floor.database.pool.query(
    `select channel, message->>'text' as text, message->>'mention' as mention from outbox order by id`,
  );
  return rows.filter(({ text }) => pattern.test(text)).map(({ channel, mention }) => [channel, mention]);
}

it('is held by one; another is told by whom, why, how long, and its place', async () => {
  expect(await floor.say(ALICE, "claim demo for 2h because it's neutron's turn")).toBe(
    "demo: alice holds it (it's neutron's turn) until 2012-03-08T11:00Z",
  );
  await floor.hears(/^demo: alice holds it/, SLACK);
  expect(await floor.say(BOB, 'claim demo')).toBe(
    "demo is held by alice (it's neutron's turn) until 2012-03-08T11:00Z, 2 h left — queue demo puts you in as 1st · handoff demo me asks alice",
  );
  expect(await floor.say(BOB, 'run demo -- true')).toMatch(/^demo is held by alice .* — queue demo/);
  expect(await floor.say(BOB, 'destroy demo')).toMatch(/^Not allowed: destroy needs the role operator/);
});

it('offers as buttons what whoever is refused can do', async () => {
  const commands = async (who: string, text: string) =>
    (await floor.answer(who, text)).buttons?.map(({ command }) => command);
  expect(await commands(BOB, 'run demo -- true')).toEqual(['queue demo', 'handoff demo me']);
  expect(await commands(BOB, 'queue ex')).toEqual(['claim ex']);
  expect(await commands(BOB, 'release ex')).toEqual(['claim ex']);
});

it('goes to those who wait in the order of asking; a turn that nobody takes goes on', async () => {
  expect(await floor.say(BOB, 'queue demo because glance')).toBe(
    'demo: bob is 1st in the queue, and is told when the turn comes',
  );
  expect(await floor.say(CAROL, 'queue demo', IRC)).toMatch(/carol is 2nd/);
  expect(await floor.say(BOB, 'queue demo')).toMatch(/held by alice .*; in the queue: 1\. bob, 2\. carol/);
  expect(await floor.say(ALICE, 'extend demo for 1h')).toMatch(/^2 wait for demo, and you have had it/);
  expect(await floor.say(ALICE, 'release')).toBe('demo: alice has released it');
  await floor.hears(
    /^demo: bob, it is your turn until 2012-03-08T09:05Z, then carol\. Say: claim demo/,
    SLACK,
  );
  expect(await floor.say(CAROL, 'claim demo', IRC)).toMatch(/^demo is free, but it is the turn of bob/);
  await floor.pass(6 * MINUTE);
  await floor.hears(/^demo: bob did not come in time/, SLACK);
  await floor.hears(/^demo: carol, it is your turn until 2012-03-08T09:11Z\. Say/);
  // Where they have spoken last, whose turn it is are called; elsewhere, and by other services, nobody is.
  expect(await called(/it is your turn/)).toEqual([
    [SLACK, BOB],
    [IRC, null],
    [IRC, null],
    [SLACK, null],
  ]);
  expect(await floor.say(CAROL, 'claim demo', IRC)).toBe('demo: carol holds it until 2012-03-08T10:06Z');
});

it('is handed over when the holder offers it, and asked for by name', async () => {
  expect(await floor.say(BOB, 'handoff demo me')).toMatch(/carol is asked .* by: handoff demo slack:T1\/bob/);
  await floor.hears(/^demo: bob asks carol to hand it over\. carol says: handoff demo slack:T1\/bob/);
  expect(await floor.say(ALICE, 'handoff demo bob')).toMatch(/held by carol, not by you/);
  const offer = await floor.answer(CAROL, 'handoff demo bob', IRC);
  expect(offer.text).toMatch(
    /carol offers it to bob, who takes it by: claim demo \(until 2012-03-08T09:11Z\)/,
  );
  expect(offer.buttons).toEqual([{ label: 'Take demo', command: 'claim demo', style: 'primary' }]);
  // Offered again, nobody is called again.
  expect(await floor.say(CAROL, 'handoff demo bob', IRC)).toBe(
    'demo is offered to bob already, until 2012-03-08T09:11Z — bob takes it by: claim demo',
  );
  expect(await floor.say(ALICE, 'claim demo')).toMatch(/held by carol/);
  expect(await floor.say(BOB, 'claim demo')).toMatch(/^demo: bob holds it from carol until/);
});

it('is kept alive by the work of anybody, and its holder is warned before the end', async () => {
  await floor.pass(55 * MINUTE);
  await floor.hears(/^demo: bob, your time ends at 2012-03-08T10:06Z/, SLACK);
  expect(await called(/your time ends at/)).toEqual([[SLACK, BOB]]);
  // Not the holder's work.
  expect(await floor.say(ALICE, 'inspect demo')).toMatch(/inspecting/);
  await floor.hears(/^demo: bob holds it until 2012-03-08T10:31Z, since work goes on/, SLACK);
});

it('is not cut while a run goes on, and stays with its holder after its end while nobody waits', async () => {
  await floor.pass(60 * MINUTE);
  expect(await floor.say(ALICE, 'claim demo')).toMatch(
    /its time is over, the run that goes on is waited for/,
  );
  await floor.endRun('demo');
  expect(await floor.say(ALICE, 'claim demo')).toMatch(
    /^demo is held by bob .*until 2012-03-08T11:31Z, 30 min left/,
  );
  // That was not the end, and nobody was told that it were.
  expect(await called(/your time ends at 2012-03-08T10:31Z/)).toEqual([]);
});

it('ends with the run that outlived it when somebody waits', async () => {
  await floor.say(BOB, 'run demo -- true');
  expect(await floor.say(ALICE, 'queue demo')).toMatch(/alice is 1st in the queue/);
  await floor.pass(60 * MINUTE);
  await floor.hears(/^demo: bob, your time ends at 2012-03-08T11:31Z/, SLACK);
  await floor.endRun('demo');
  await floor.hears(/^demo: the time of bob is over/, SLACK);
  expect(await floor.say(ALICE, 'claim demo for 1d')).toMatch(
    /until 2012-03-08T20:01Z; shorter than you asked, because nobody may hold an environment further ahead/,
  );
});

it('is taken over by an operator with a reason, which the holder is told', async () => {
  expect(await floor.say(BOB, 'claim demo takeover because I want it')).toMatch(
    /needs the role operator; you are a participant here — ask an operator/,
  );
  expect(await floor.say(BOSS, 'claim demo takeover', SLACK)).toMatch(/a takeover needs a reason/i);
  expect(await floor.say(BOSS, 'claim demo takeover because the disk is full', SLACK)).toMatch(
    /boss has taken it over from alice \(the disk is full\)/,
  );
  await floor.hears(/^demo: boss has taken it over from alice \(the disk is full\)/);
  await floor.say(BOSS, 'release demo');
});

it('goes to one of many who claim it at the same moment', async () => {
  const many = Array.from({ length: 12 }, (_, at) => `slack:T1/u${at}`);
  const answers = await Promise.all(many.map((who) => floor.say(who, 'claim ex')));
  expect(answers.filter((text) => /^ex: u\d+ holds it/.test(text))).toHaveLength(1);
  expect(answers.filter((text) => /^ex is held by u\d+/.test(text))).toHaveLength(11);
  const places = await Promise.all(many.map((who) => floor.say(who, 'queue ex')));
  const ordinals = places.flatMap((text) => /is (\d+)\w\w in the queue/.exec(text)?.[1] ?? []);
  expect(ordinals.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 11 }, (_, at) => at + 1));
});

it('is let go of by who leaves, and all of it survives a restart', async () => {
  await floor.say(ALICE, 'claim demo');
  await floor.restart();
  expect(await floor.say(BOB, 'claim demo', directOf(BOB))).toMatch(/held by alice/);
  await floor.say(BOB, 'queue demo');
  expect(await floor.say(ALICE, 'leave')).toBe('alice has left essex-day; demo released');
  await floor.hears(/^demo: bob, it is your turn/, SLACK);
  // Working takes the turn.
  expect(await floor.say(BOB, 'run demo -- true')).toMatch(/running the command/);
  await floor.hears(/^demo: bob holds it until/, IRC);
});

it('goes to nobody else in the middle of work that was begun on a free environment', async () => {
  await floor.close();
  floor = await openFloor({ admins: [BOSS] });
  await floor.say(BOSS, 'session start essex-day');
  await floor.say(BOSS, 'session link essex-day', SLACK);
  await floor.say(ALICE, 'run demo -- true');
  const refused = await floor.answer(BOB, 'claim demo');
  expect(refused.text).toMatch(
    /^alice is at work on demo since \S+ \(.+\); it is free when that run ends — queue demo puts you in as 1st$/i,
  );
  expect(refused.buttons?.map(({ command }) => command)).toEqual(['queue demo']);
  expect(await floor.say(BOB, 'queue demo')).toMatch(/bob is 1st in the queue/);
  expect(await floor.say(CAROL, 'queue demo', IRC)).toMatch(/carol is 2nd/);
  expect(await floor.say(CAROL, 'queue demo', IRC)).toBe(
    'demo is free for bob when the run that goes on has ended; in the queue: 1. bob, 2. carol',
  );
  expect(await floor.say(ALICE, 'claim demo')).toMatch(/queue demo puts you in as 3rd/);
  expect(await floor.say(ALICE, 'cancel demo')).toBe(
    'demo: "run demo -- true" had not begun, and does not any more',
  );
  await floor.hears(/^demo: bob, it is your turn until/, SLACK);
  // What only looks is in nobody's way.
  await floor.say(ALICE, 'inspect ex');
  expect(await floor.say(BOB, 'claim ex')).toMatch(/^ex: bob holds it/);
});

it('tells those who wait for it, once, that it was destroyed', async () => {
  await floor.close();
  floor = await openFloor({ admins: [BOSS] });
  await floor.say(BOSS, 'session start essex-day');
  await floor.say(BOSS, 'session link essex-day', SLACK);
  await floor.say(ALICE, 'claim demo');
  await floor.say(BOB, 'join');
  await floor.say(BOB, 'queue demo', directOf(BOB));
  await floor.say(BOSS, 'queue demo');
  // In no session.
  await floor.say(CAROL, 'queue demo');
  await floor.database.pool.query(
    `update environments set destroyed_at = now(), state = 'destroyed' where name = 'demo'`,
  );
  await floor.pass(0);
  const told: [string, string][] = [
    [IRC, 'demo is destroyed: bob, boss wait for it no more'],
    [SLACK, 'demo is destroyed: bob, boss wait for it no more'],
    [directOf(BOB), 'demo is destroyed: bob, boss wait for it no more'],
    [DISCORD, 'demo is destroyed: carol waits for it no more'],
  ];
  for (const [channel] of told) await floor.hears(/^demo is destroyed/, channel);
  const ends = await floor.database.pool.query(
    `select p.name, e.channel, s.name as session from events e
     join persons p on p.id = e.person_id left join sessions s on s.id = e.session_id where e.kind = 'lease.ended'`,
  );
  expect(ends.rows).toEqual([{ name: 'alice', channel: IRC, session: 'essex-day' }]);
  // Once, and nobody is told of a turn; the notifier tells what happens in its order.
  await floor.pass(MINUTE);
  await floor.say(ALICE, 'claim ex');
  await floor.hears(/^ex: alice holds it/, SLACK);
  for (const [channel, line] of told) {
    expect(
      (await floor.heard(channel)).filter((text) => /^demo(:.* it is your turn| is destr)/.test(text)),
    ).toEqual([line]);
  }
});

it('calls whom it is offered to where they spoke last, and from whom it is taken', async () => {
  await floor.close();
  floor = await openFloor({ admins: [BOSS] });
  await floor.say(BOSS, 'session start essex-day');
  await floor.say(BOSS, 'session link essex-day help', SLACK);
  await floor.say(ALICE, 'claim demo');
  await floor.say(BOB, 'handoff demo me', SLACK);
  await floor.say(CAROL, 'handoff demo me', directOf(CAROL));
  await floor.say(ALICE, `handoff demo ${BOB}`);
  await floor.hears(/^demo: alice offers it to bob until .* bob says: claim demo/, SLACK);
  await floor.say(ALICE, `handoff demo ${CAROL}`);
  await floor.hears(/^demo: alice offers it to carol/, directOf(CAROL));
  expect(await called(/^demo: alice offers it to \w+ until/)).toEqual([
    [SLACK, BOB],
    [directOf(CAROL), CAROL],
  ]);
  await floor.say(CAROL, 'claim demo', directOf(CAROL));
  await floor.say(BOSS, 'claim demo takeover because of the demo');
  await floor.hears(/^demo: boss has taken it over from carol/, directOf(CAROL));
  // The news of it; the answer to who took it calls nobody.
  expect(await called(/has taken it over .*, until/)).toEqual([[directOf(CAROL), CAROL]]);
});
