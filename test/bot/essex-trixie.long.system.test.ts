import { afterAll, beforeAll, expect, test } from 'vitest';
import { essexOutcome, expectEvidence, expectSpoiltThingsFound } from '../support/essex.ts';
import { closeLabWorld, openLabWorld } from '../support/lab-world.ts';
import { describeIf, needHost } from '../support/needs.ts';
import { secretsSeen } from '../support/secrets.ts';
import type { World } from '../support/world.ts';

const MINUTE = 60_000;

describeIf(needHost({ root: true }))('OpenStack Epoxy on two machines with Debian 13, by typed lines', () => {
  let world: World;
  beforeAll(async () => {
    world = await openLabWorld({ nodes: 2, zones: ['az1', 'az2'], suite: 'trixie' });
  }, 20 * MINUTE);
  afterAll(async () => {
    if (world) await closeLabWorld(world);
  }, 3 * MINUTE);

  test(
    'the packages of Debian 12 are refused with what to type instead',
    async () => {
      const refusal =
        /^ex failed: .*this node runs Debian GNU\/Linux 13 \(trixie\): provision with release=epoxy/;
      await world.ask('provision ex from essex', refusal, 5 * MINUTE);
    },
    10 * MINUTE,
  );

  test(
    'a whole OpenStack stands, and each check tells its evidence',
    async () => {
      await world.ask('provision ex release=epoxy', essexOutcome('ready'), 60 * MINUTE);
      expectEvidence(world, [
        /^the database answers and has its tables\s+passed\s+MariaDB 11\./,
        /^the message queue takes and gives a message\s+passed\s+RabbitMQ 4\./,
      ]);
      await world.ask('verify ex', essexOutcome('verified'), 5 * MINUTE);
    },
    70 * MINUTE,
  );

  test(
    'ten things spoilt are found by one diff, and named, and gone after a reset',
    async () => {
      await expectSpoiltThingsFound(world);
      await world.ask('reset ex', essexOutcome('reset to baseline'), 15 * MINUTE);
      await world.ask('diff ex baseline', /^ex does not differ from baseline/, 2 * MINUTE);
      await world.ask('verify ex', essexOutcome('verified'), 5 * MINUTE);
    },
    30 * MINUTE,
  );

  test('no generated secret is to be seen in chat, log, page or database output', async () => {
    const { count, seen } = await secretsSeen(world, 'ex');
    expect(count).toBeGreaterThan(10);
    expect(seen).toEqual([]);
  });
});
