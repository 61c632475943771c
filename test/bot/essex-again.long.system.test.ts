import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeLabWorld, openLabWorld } from '../support/lab-world.ts';
import { describeIf, needHost } from '../support/needs.ts';
import type { World } from '../support/world.ts';

const MINUTE = 60_000;

describeIf(needHost({ root: true }))('more of essex on machines of the lab, by typed lines', () => {
  let world: World;
  beforeAll(async () => {
    world = await openLabWorld({ nodes: 4 });
    await world.ask('provision ex from essex', ready('ex'), 25 * MINUTE);
  }, 40 * MINUTE);
  afterAll(async () => {
    if (world) await closeLabWorld(world);
  }, 3 * MINUTE);

  test(
    'a second environment begins from the layers of the first, and is its equal with secrets of its own',
    async () => {
      await world.ask('provision second from essex', ready('second'), 15 * MINUTE);
      await world.ask('logs second/controller packages', /from layer [0-9a-f]{8}, not run again/, MINUTE);
      await world.ask('logs second/compute-1 compute-packages', /from layer [0-9a-f]{8}/, MINUTE);
      await world.ask('diff second ex', /^second does not differ from ex/, 2 * MINUTE);
      const told = async (environment: string) => {
        await world.ask(
          `run ${environment}/controller -- ${MADE_BY_CHANCE}`,
          /command done on 1 node/,
          MINUTE,
        );
        const line = await world.heard(/[0-9a-f]{12}=\S*machine-id/);
        return new Set(line.match(/[0-9a-f]{12}=\S+/g));
      };
      const first = await told('ex');
      const both = [...(await told('second'))].filter((digest) => first.has(digest));
      expect(first.size).toBeGreaterThan(6);
      expect(both).toEqual([]);
    },
    20 * MINUTE,
  );

  test(
    'a corrupted image cache is found by its digest, and the repair that is offered mends it; the baseline stays',
    async () => {
      const spoil =
        'cd /var/lib/nova/instances/_base && printf spoilt | dd of="$(ls | head -1)" conv=notrunc';
      await world.ask(`run ex/compute-1 -- ${spoil}`, /^ex: command done on 1 node/, MINUTE);
      await world.ask(
        'verify ex',
        /^ex failed: verify: cached images are those of Glance.*corrupted in the cache.* · mend: repair ex/,
        5 * MINUTE,
      );
      await world.ask('repair ex', /^ex repaired and ready in .*: 1 check passed/, 5 * MINUTE);
      await world.ask('logs ex image-cache', /fetched: reference \(it was corrupted\)/);
      await world.ask('diff ex baseline', /^ex does not differ from baseline/, 2 * MINUTE);
    },
    15 * MINUTE,
  );
});

const ready = (environment: string) => new RegExp(`^${environment} ready in .*: \\d+ checks passed`);

/** Prints, on one line, digests of what no two controllers may have in common. */
const MADE_BY_CHANCE =
  'cd / && for file in etc/keystone/fernet-keys/* etc/keystone/credential-keys/* var/lib/rabbitmq/.erlang.cookie ' +
  'var/lib/openstack-dashboard/*secret* var/lib/openstack-dashboard/.*secret* etc/ssh/ssh_host_*_key root/openrc etc/machine-id; ' +
  'do [ -f $file ] && printf "%s=%s " "$(sha256sum <$file | cut -c1-12)" $file; done; echo';
