import { afterEach, expect, it } from 'vitest';
import { appendEvent } from '../../../db/events.ts';
import { insertRun } from '../../../db/runs.ts';
import type { Check } from '../../../engine/blueprint/blueprint.ts';
import { type Floor, IRC, openFloor } from './floor.ts';

const BOSS = 'irc:lab/boss';
const ALICE = 'irc:lab/alice';
const BOB = 'irc:lab/bob';

const check: Check = {
  id: 'copy',
  title: 'the copy is right',
  on: 'node',
  run: 'false',
  repair: 'install',
  timeoutMs: 1_000,
  retryForMs: 0,
  when: {},
};

let floor: Floor;
afterEach(() => floor?.close());

/** A look at `demo` by a schedule has ended with the check failed: what the scheduler and a worker write. */
async function looked(): Promise<void> {
  const { db, pool } = floor.database;
  const { rows } = await pool.query(
    `select e.id, n.id as node from environments e join nodes n on n.environment_id = e.id where e.name = 'demo'`,
  );
  const [{ id: environmentId, node }] = rows;
  await db.transaction(async (tx) => {
    const about = { environmentId, channel: IRC };
    const { id: runId } = await insertRun(
      tx,
      {
        ...{ ...about, kind: 'verify', blueprint: { steps: [], teardown: [] }, detail: { scheduled: 'yes' } },
        ...{
          requester: 'schedule (set by boss)',
          command: 'verify demo',
          state: 'failed',
          endedAt: new Date(),
        },
        summary: 'the copy is right: it is spoilt (after 2 s)',
      },
      [
        {
          ...{ step: 'copy', title: check.title, action: { kind: 'check', repair: 'install' }, nodeId: node },
          ...{ needs: [], needsHere: [], after: [], slots: 0, onFailure: 'skip' },
        },
      ],
    );
    await appendEvent(tx, { kind: 'run.queued', runId, ...about });
    await appendEvent(tx, { kind: 'run.ended', runId, ...about });
    await pool.query(`update environments set state = 'failed' where id = $1`, [environmentId]);
    await tx.execute(`update tasks set state = 'failed', ended_at = now() where run_id = ${runId}`);
  });
}

it('drift offers a repair, which the lease and the roles guard as they guard a reset', async () => {
  floor = await openFloor({ admins: [BOSS], checks: [check] });
  await floor.say(BOSS, 'session start essex-day');
  await floor.say(BOSS, 'schedule demo verify every 30m');
  await looked();
  await floor.hears(
    /^demo has drifted: 1 check failed: the copy is right\. Look: diff demo · mend: repair demo · back: reset demo http/,
  );

  await floor.say(ALICE, 'claim demo');
  expect(await floor.say(BOB, 'repair demo')).toMatch(/alice has demo|held by alice|alice/);
  expect(await floor.say('?irc:lab/mallory', 'repair demo')).toMatch(
    /only for people whose account the chat service vouches for/,
  );
  expect(await floor.say(ALICE, 'repair demo')).toMatch(/^demo: repairing … watch /);
  const { rows } = await floor.database.pool.query(
    `select t.step, t.state from tasks t join runs r on r.id = t.run_id where r.kind = 'repair' order by t.ordinal`,
  );
  expect(rows.map(({ step }) => step)).toEqual(['install', 'copy']);
  await floor.endRun('demo');
  expect(await floor.say(BOB, 'audit verb=repair', IRC)).toMatch(/repair/);
});

it('a repair that the configuration wants approved waits for who agrees, and then mends', async () => {
  const rule = {
    ...{ commands: ['repair'], environments: ['*'], count: 1, withinMs: 60_000 },
    role: 'operator' as const,
  };
  floor = await openFloor({ admins: [BOSS], checks: [check], policy: { approvals: [rule] } });
  await floor.say(BOSS, 'session start essex-day');
  await floor.say(BOSS, 'schedule demo verify every 30m');
  await looked();
  expect(await floor.say(ALICE, 'repair demo')).toMatch(/^Approval 1: alice wants "repair demo"/);
  expect(await floor.say(BOSS, 'approve 1')).toMatch(/^Approval 1, .*approved.*\ndemo: repairing/s);
});

it('a step that a repair would run and the blueprint marks as destructive is approved first', async () => {
  floor = await openFloor({ admins: [BOSS], checks: [check], destructive: ['repair'] });
  await floor.say(BOSS, 'session start essex-day');
  await floor.say(BOSS, 'schedule demo verify every 30m');
  await looked();
  expect(await floor.say(ALICE, 'repair demo')).toMatch(
    /^Approval 1: alice wants "repair demo".*its blueprint marks repair as destructive/s,
  );
});
