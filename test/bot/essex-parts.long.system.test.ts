import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeLabWorld, openLabWorld } from '../support/lab-world.ts';
import { describeIf, needHost } from '../support/needs.ts';
import { secretsSeen } from '../support/secrets.ts';
import type { World } from '../support/world.ts';

const MINUTE = 60_000;

describeIf(needHost({ root: true }))('essex with parts that are asked for by name', () => {
  let world: World;
  beforeAll(async () => {
    world = await openLabWorld({ nodes: 3 });
  }, 10 * MINUTE);
  afterAll(async () => {
    if (world) await closeLabWorld(world);
  }, 2 * MINUTE);

  test(
    'Swift: an object goes up and comes back, and goes on to after a reset',
    async () => {
      const parts = 'size=mini components=image,object';
      await world.ask(`provision sw from essex ${parts}`, /^sw ready in .*: 7 checks passed/, 15 * MINUTE);
      await world.heard(/^the catalogue names every service.*passed\s.*object http:/);
      await world.heard(/^an object goes up and comes back the same\s+passed\s.*twice the same; deleted/);
      await world.ask('diff sw baseline', /^sw does not differ from baseline/, MINUTE);
      await world.ask('reset sw', /^sw reset to baseline in .*: 7 checks passed/, 5 * MINUTE);
    },
    25 * MINUTE,
  );

  test(
    'Cinder with its fake driver, and Neutron with linuxbridge',
    async () => {
      const parts = 'components=volume,network network_plugin=linuxbridge';
      await world.ask(`provision cv from essex ${parts}`, /^cv ready in .*: 8 checks passed/, 15 * MINUTE);
      await world.heard(/^a network, a subnet and a port\s+passed/);
      await world.heard(
        /^every Cinder service is up.*passed\s+2 services up .*a volume of 1 GB made and deleted/,
      );
      await world.ask('reset cv', /^cv reset to baseline in .*: 8 checks passed/, 5 * MINUTE);
      await world.ask('diff cv baseline', /^cv does not differ from baseline/, MINUTE);
    },
    25 * MINUTE,
  );

  test(
    'Horizon with Keystone alone',
    async () => {
      await world.ask(
        'provision hz from essex components=dashboard',
        /^hz ready in .*: 6 checks passed/,
        15 * MINUTE,
      );
      await world.heard(/^admin logs in at the dashboard\s+passed\s.*identity page HTTP 200/);
      await world.ask('reset hz', /^hz reset to baseline in .*: 6 checks passed/, 5 * MINUTE);
    },
    25 * MINUTE,
  );

  test.each(['sw', 'cv', 'hz'])('no generated secret of %s is to be seen', async (environment) => {
    const { count, seen } = await secretsSeen(world, environment);
    expect(count).toBeGreaterThan(4);
    expect(seen).toEqual([]);
  });
});
