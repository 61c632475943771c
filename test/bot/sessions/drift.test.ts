import { afterEach, expect, it } from 'vitest';
import { appendEvent } from '../../../db/events.ts';
import { insertRun } from '../../../db/runs.ts';
import { DISCORD, directOf, type Floor, IRC, openFloor, SLACK } from './floor.ts';

const BOSS = 'irc:lab/boss';
const QUIET = 'irc:lab/#quiet';
const VERBOSE = 'irc:lab/#verbose';

let floor: Floor;
afterEach(() => floor?.close());

/** A look that the schedule asked for has ended: what the scheduler and a worker write. */
async function looked(state: 'failed' | 'succeeded' | 'broke', differences: number): Promise<number> {
  const { db, pool } = floor.database;
  const { rows } = await pool.query(
    `select e.id, s.session_id from environments e join schedules s on s.environment_id = e.id where e.name = 'demo'`,
  );
  const [{ id: environmentId, session_id: sessionId }] = rows;
  return db.transaction(async (tx) => {
    const about = { environmentId, channel: IRC };
    const run = await insertRun(
      tx,
      {
        ...about,
        kind: 'verify',
        blueprint: { steps: [], teardown: [] },
        detail: { scheduled: 'yes' },
        requester: 'schedule (set by boss)',
        command: 'verify demo',
        sessionId,
        state,
        endedAt: new Date(),
        summary: state === 'succeeded' ? 'in 2 s' : 'the label: no label (after 2 s)',
        result: Array.from({ length: differences }, (_, at) => ({
          node: 'node',
          topic: 'settings',
          key: `k${at}`,
          left: 'a',
          right: 'b',
          weight: 1,
        })),
      },
      [],
    );
    await appendEvent(tx, { kind: 'run.queued', runId: run.id, ...about });
    await appendEvent(tx, { kind: 'run.ended', runId: run.id, ...about });
    return run.id;
  });
}

it('drift is told once, as drift, in all channels of the session but those for help; and once that it is gone', async () => {
  floor = await openFloor({ admins: [BOSS] });
  await floor.say(BOSS, 'session start essex-day');
  for (const channel of [SLACK, QUIET, VERBOSE]) await floor.say(BOSS, 'session link essex-day', channel);
  await floor.say(BOSS, 'session link essex-day help', DISCORD);
  await floor.say(BOSS, 'notify quiet', QUIET);
  await floor.say(BOSS, 'notify verbose', VERBOSE);
  await floor.say(BOSS, 'schedule demo verify every 30m');
  const channels = [IRC, SLACK, QUIET, VERBOSE];
  const before = new Map<string, number>();
  for (const channel of [...channels, DISCORD]) before.set(channel, (await floor.heard(channel)).length);

  await looked('succeeded', 0);
  const drifted = await looked('succeeded', 2);
  await looked('failed', 0);
  const gone = await looked('succeeded', 0);
  await looked('succeeded', 0);
  const broke = await looked('broke', 0);
  for (const channel of channels) {
    await floor.hears(new RegExp(`broke.*runs/${broke}$`), channel);
    expect((await floor.heard(channel)).slice(before.get(channel)), channel).toEqual([
      expect.stringMatching(
        new RegExp(`^demo has drifted: 2 differences from the baseline.*runs/${drifted}$`),
      ),
      expect.stringMatching(new RegExp(`^demo verified again: the drift is gone.*runs/${gone}$`)),
      expect.stringMatching(/^demo broke: could not be looked at/),
    ]);
  }
  expect((await floor.heard(DISCORD)).slice(before.get(DISCORD))).toEqual([]);
});

it('whoever retries a look that a schedule asked for hears how it ends, also while it drifts', async () => {
  floor = await openFloor({ admins: [BOSS] });
  await floor.say(BOSS, 'session start essex-day');
  await floor.say(BOSS, 'schedule demo verify every 30m');
  const alice = 'irc:lab/alice';
  const drifted = await looked('failed', 2);
  await floor.hears(/^demo has drifted/);
  const about = { runId: drifted, channel: directOf(alice) };
  for (const [state, told] of [
    ['failed', /^demo failed: verify: .* Look: status demo, diff demo · again: verify demo\. /],
    ['succeeded', /^demo verified .*; it differs from its baseline in 2 places: diff demo\. /],
  ] as const) {
    expect(await floor.say(alice, 'retry demo', directOf(alice))).toMatch(/going on with "verify demo"/);
    await floor.endRun('demo', state);
    await appendEvent(floor.database.db, { kind: 'run.ended', ...about });
    await floor.hears(told, directOf(alice));
  }
});

it('drift that a schedule found stands in the report until a later look finds none', async () => {
  floor = await openFloor({ admins: [BOSS] });
  await floor.say(BOSS, 'session start essex-day');
  await floor.say(BOSS, 'schedule demo verify every 30m');
  for (const state of ['succeeded', 'failed'] as const) {
    await looked(state, 2);
    expect(await floor.say(BOSS, 'report')).toMatch(/demo differs from baseline/);
    await looked('succeeded', 0);
    expect(await floor.say(BOSS, 'report')).toMatch(/no open differences/);
  }
});

it('nothing is looked at on a pool that was taken out of the configuration, and a schedule says so', async () => {
  floor = await openFloor({ admins: [BOSS] });
  await floor.say(BOSS, 'schedule demo verify every 30m');
  await floor.database.pool.query(`update environments set pool = 'gone'`);
  expect(await floor.say(BOSS, 'schedule demo')).toMatch(
    /not done yet; not any more, since its pool gone is not configured\.$/,
  );
  expect(await floor.say(BOSS, 'schedule ex verify every 30m')).toMatch(
    /^Ex stands on pool gone, which is not configured any more — put gone back under pools:/i,
  );
  expect(await floor.say(BOSS, 'schedule ex')).toMatch(/^ex has no schedule/);
  expect(await floor.say(BOSS, 'schedule demo off')).toBe('demo is not looked at by itself any more.');
});
