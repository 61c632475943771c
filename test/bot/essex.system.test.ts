import { afterAll, beforeAll, expect, test } from 'vitest';
import { essexOutcome, expectEvidence, expectSpoiltThingsFound } from '../support/essex.ts';
import { needTime } from '../support/half-hour.ts';
import { closeLabWorld, openLabWorld } from '../support/lab-world.ts';
import { describeIf, needAll, needHost } from '../support/needs.ts';
import { secretsSeen } from '../support/secrets.ts';
import { rememberTyped, type TypedSession, writeTyped } from '../support/typed-session.ts';
import type { World } from '../support/world.ts';

const MINUTE = 60_000;
const need = needAll(needHost({ root: true }), needTime('test/bot/essex.system.test.ts'));

// Each goes on from what the one before left, and the first takes minutes: a second try would tell nothing.
describeIf(need)('essex on two machines of the lab, by typed lines', { retry: 0 }, () => {
  let world: World;
  let session: TypedSession;
  beforeAll(async () => {
    session = rememberTyped(await openLabWorld({ nodes: 2, zones: ['az1', 'az2'] }));
    world = session.world;
  }, 15 * MINUTE);
  afterAll(async () => {
    if (!world) return;
    await writeTyped(session, 'ESSEX_TRANSCRIPT');
    await closeLabWorld(world);
  }, 3 * MINUTE);

  test(
    'a whole OpenStack stands, and each check tells its evidence',
    async () => {
      await world.ask('provision ex from essex', essexOutcome('ready'), 25 * MINUTE);
      expectEvidence(world);
      await world.ask('verify ex', essexOutcome('verified'), 5 * MINUTE);
    },
    30 * MINUTE,
  );

  test(
    'ten things spoilt are found by one diff, and named',
    async () => {
      await expectSpoiltThingsFound(world);
    },
    10 * MINUTE,
  );

  test(
    'back to baseline, and everything answers again',
    async () => {
      await world.ask('reset ex', essexOutcome('reset to baseline'), 10 * MINUTE);
      await world.ask('diff ex baseline', /^ex does not differ from baseline/, 2 * MINUTE);
      await world.ask('verify ex', essexOutcome('verified'), 5 * MINUTE);
    },
    20 * MINUTE,
  );

  test('no generated secret is to be seen in chat, log, page or database output', async () => {
    const { count, seen } = await secretsSeen(world, 'ex');
    expect(count).toBeGreaterThan(10);
    expect(seen).toEqual([]);
  });
});
