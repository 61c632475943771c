import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeLabWorld, openLabWorld } from '../support/lab-world.ts';
import { describeIf, needHost } from '../support/needs.ts';
import { secretsSeen } from '../support/secrets.ts';
import type { World } from '../support/world.ts';

const MINUTE = 60_000;

/** Epoxy has no linuxbridge. */
const RELEASES = [
  { release: 'zed', suite: 'bookworm', plugin: 'linuxbridge' },
  { release: 'epoxy', suite: 'trixie', plugin: 'openvswitch' },
] as const;

for (const { release, suite, plugin } of RELEASES)
  describeIf(needHost({ root: true }))(`parts of essex asked for by name, release ${release}`, () =>
    typed(release, suite, plugin),
  );

function typed(release: string, suite: 'bookworm' | 'trixie', plugin: string): void {
  let world: World;
  beforeAll(async () => {
    world = await openLabWorld({ nodes: 5, suite });
  }, 20 * MINUTE);
  afterAll(async () => {
    if (world) await closeLabWorld(world);
  }, 2 * MINUTE);

  test(
    'Swift: an object goes up and comes back, and goes on to after a reset',
    async () => {
      const parts = `release=${release} size=mini components=image,object`;
      await world.ask(`provision sw from essex ${parts}`, /^sw ready in .*: 7 checks passed/, 15 * MINUTE);
      await world.heard(/^the catalogue names every service.*passed\s.*object http:/);
      await world.heard(/^an object goes up and comes back the same\s+passed\s.*twice the same; deleted/);
      await world.ask('diff sw baseline', /^sw does not differ from baseline/, MINUTE);
      await world.ask('reset sw', /^sw reset to baseline in .*: 7 checks passed/, 5 * MINUTE);
    },
    25 * MINUTE,
  );

  test(
    `Cinder with its fake driver, and Neutron with ${plugin}`,
    async () => {
      const parts = `release=${release} components=volume,network network_plugin=${plugin}`;
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
        `provision hz from essex release=${release} components=dashboard`,
        /^hz ready in .*: 6 checks passed/,
        15 * MINUTE,
      );
      await world.heard(/^admin logs in at the dashboard\s+passed\s.*identity page HTTP 200/);
      await world.ask('reset hz', /^hz reset to baseline in .*: 6 checks passed/, 5 * MINUTE);
    },
    25 * MINUTE,
  );

  test(
    'servers that QEMU runs, without KVM',
    async () => {
      const parts = `release=${release} components=compute hypervisor=qemu`;
      await world.ask(`provision qe from essex ${parts}`, /^qe ready in .*: 14 checks passed/, 20 * MINUTE);
      await world.heard(/^compute services run and come back.*passed\s.*libvirtd nova-compute/);
      await world.heard(/^a server becomes ACTIVE on every compute node\s+passed\s/);
      await world.ask('diff qe baseline', /^qe does not differ from baseline/, MINUTE);
      await world.ask('reset qe', /^qe reset to baseline in .*: 14 checks passed/, 5 * MINUTE);
      await world.ask('diff qe baseline', /^qe does not differ from baseline/, MINUTE);
    },
    30 * MINUTE,
  );

  test.each(['sw', 'cv', 'hz', 'qe'])('no generated secret of %s is to be seen', async (environment) => {
    const { count, seen } = await secretsSeen(world, environment);
    expect(count).toBeGreaterThan(4);
    expect(seen).toEqual([]);
  });
}
