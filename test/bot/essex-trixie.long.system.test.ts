import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../bot/config/package-root.ts';
import { closeLabWorld } from '../support/lab-world.ts';
import { secretsSeen } from '../support/secrets.ts';
import { openWorld, type World } from '../support/world.ts';

const MINUTE = 60_000;
const isRoot = process.getuid?.() === 0;

if (!isRoot) test('essex of Debian 13', ({ skip }) => skip(true, 'needs root'));

/** Base and packages are kept with the checkout, so that a second run downloads nothing. */
const cache = join(packageRoot(), '.cache', 'lab');

/** What `verify` asks of a controller and one compute node. */
const CHECKS = 15;

describe.runIf(isRoot)('OpenStack Epoxy on two machines with Debian 13, by typed lines', () => {
  let world: World;
  beforeAll(async () => {
    const zones = ['az1', 'az2'];
    const lab = {
      pool: 'lab',
      provider: 'lab',
      nodes: 2,
      suite: 'trixie',
      cache,
      heavySlots: 2,
      zones,
    } as const;
    world = await openWorld({ pools: [lab], blueprints: [join(packageRoot(), 'blueprints')] });
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
      await world.ask('provision ex release=epoxy', ready('ready'), 60 * MINUTE);
      for (const evidence of [
        /^services run and come back after a boot\s+passed\s+active and enabled: mariadb memcached keystone/,
        /^the database answers and has its tables\s+passed\s+MariaDB 11\..*nova \d+ tables/,
        /^the message queue takes and gives a message\s+passed\s+RabbitMQ 4\./,
        /^Keystone issues a token\s+passed\s+token from http:/,
        /^the catalogue names every service, and each answers\s+passed\s.*compute http/,
        /^an image goes up and comes back the same\s+passed\s.*three times the same/,
        /^a network, a subnet and a port\s+passed\s.*192\.0\.2\./,
        /^every Nova service is up.*passed\s.*compute on compute-1; zones az2/,
        /^a flavour is made and read back\s+passed/,
        /^a server becomes ACTIVE on every compute node\s+passed\s+1 servers ACTIVE on compute-1/,
        /^admin logs in at the dashboard\s+passed\s.*project page HTTP 200/,
      ]) {
        await world.heard(evidence);
      }
      await world.ask('verify ex', ready('verified'), 5 * MINUTE);
    },
    70 * MINUTE,
  );

  test(
    'what was changed is found by a diff, and gone after a reset',
    async () => {
      const change = 'sed -i "s/^enabled = true/enabled = false/" /etc/keystone/keystone.conf';
      await world.ask(`run ex/controller -- ${change}`, /^ex: command done on 1 node/, MINUTE);
      await world.ask('diff ex baseline', /^ex differs from baseline in 1 place/, 2 * MINUTE);
      await world.heard(/^controller\s+\/etc\/keystone\/keystone\.conf \[cache\] enabled\s+true\s+false/);
      await world.ask('reset ex', ready('reset to baseline'), 15 * MINUTE);
      await world.ask('diff ex baseline', /^ex does not differ from baseline/, 2 * MINUTE);
      await world.ask('verify ex', ready('verified'), 5 * MINUTE);
    },
    30 * MINUTE,
  );

  test('no generated secret is to be seen in chat, log, page or database output', async () => {
    const { count, seen } = await secretsSeen(world, 'ex');
    expect(count).toBeGreaterThan(10);
    expect(seen).toEqual([]);
  });
});

const ready = (word: string) => new RegExp(`^ex ${word}.* in .*: ${CHECKS} checks passed`);
