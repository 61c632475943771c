import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../bot/config/package-root.ts';
import { closeLabWorld } from '../support/lab-world.ts';
import { secretsSeen } from '../support/secrets.ts';
import { openWorld, type World } from '../support/world.ts';

const MINUTE = 60_000;
const isRoot = process.getuid?.() === 0;

if (!isRoot) test('essex on two machines', ({ skip }) => skip(true, 'needs root'));

/** Base and packages are kept with the checkout, so that a second run downloads nothing. */
const cache = join(packageRoot(), '.cache', 'lab');

/** What `verify` asks of a controller and one compute node. */
const CHECKS = 15;

describe.runIf(isRoot)('essex on two machines of the lab, by typed lines', () => {
  let world: World;
  beforeAll(async () => {
    const zones = ['az1', 'az2'];
    const lab = { pool: 'lab', provider: 'lab', nodes: 4, cache, heavySlots: 2, zones } as const;
    world = await openWorld({ pools: [lab], blueprints: [join(packageRoot(), 'blueprints')] });
  }, 15 * MINUTE);
  afterAll(async () => {
    if (world) await closeLabWorld(world);
  }, 3 * MINUTE);

  test(
    'a whole OpenStack stands, and each check tells its evidence',
    async () => {
      await world.ask('provision ex from essex', ready('ready'), 25 * MINUTE);
      for (const evidence of [
        /^services run and come back after a boot\s+passed\s+active and enabled: mariadb memcached keystone/,
        /^the database answers and has its tables\s+passed\s.*nova \d+ tables/,
        /^the message queue takes and gives a message\s+passed\s+RabbitMQ/,
        /^Keystone issues a token\s+passed\s+token from http:/,
        /^the catalogue names every service, and each answers\s+passed\s.*compute http/,
        /^an image goes up and comes back the same\s+passed\s.*three times the same/,
        /^a network, a subnet and a port\s+passed\s.*192\.0\.2\./,
        /^every Nova service is up.*passed\s.*compute on compute-1; zones az2/,
        /^a flavour is made and read back\s+passed/,
        /^a server becomes ACTIVE on every compute node\s+passed\s+1 servers ACTIVE on compute-1/,
        /^admin logs in at the dashboard\s+passed\s.*project page HTTP 200/,
      ]) {
        expect(world.said().lines).toContainEqual(expect.stringMatching(evidence));
      }
    },
    30 * MINUTE,
  );

  test(
    'a corrupted image cache is found by its digest, and provision mends it',
    async () => {
      const spoil =
        'cd /var/lib/nova/instances/_base && printf spoilt | dd of="$(ls | head -1)" conv=notrunc';
      await world.ask(`run ex/compute-1 -- ${spoil}`, /^ex: command done on 1 node/, MINUTE);
      await world.ask(
        'verify ex',
        /^ex failed: verify: cached images are those of Glance.*corrupted in the cache/,
        5 * MINUTE,
      );
      await world.ask('provision ex', ready('ready'), 15 * MINUTE);
      await world.ask('logs ex image-cache', /fetched: reference \(it was corrupted\)/);
      await world.ask('diff ex baseline', /^ex does not differ from baseline/, 2 * MINUTE);
    },
    25 * MINUTE,
  );

  test(
    'ten things spoilt are found by one diff, and named',
    async () => {
      for (const { node, spoil } of SPOILT) {
        await world.ask(`run ex/${node} -- ${spoil}`, /^ex: command done on 1 node/, MINUTE);
      }
      await world.ask('diff ex baseline', /^ex differs from baseline in \d+ places/, 2 * MINUTE);
      const api = async <T>(path: string) => (await (await fetch(world.app.url + path)).json()) as T;
      const { runs } = await api<{ runs: { id: number }[] }>('/api/runs?environment=ex&limit=1');
      const { differences } = await api<{ differences: Difference[] }>(
        `/api/runs/${runs[0]?.id}/differences`,
      );
      const told = differences.map(({ node, topic, key }) => `${node} ${topic} ${key}`);
      for (const { node, found } of SPOILT) {
        const named = told.some((line) => line.startsWith(`${node} `) && found.test(line));
        expect(named, `${found} of ${node} in\n${told.join('\n')}`).toBe(true);
      }
    },
    10 * MINUTE,
  );

  test(
    'back to baseline, and everything answers again',
    async () => {
      await world.ask('reset ex', ready('reset to baseline'), 10 * MINUTE);
      await world.ask('diff ex baseline', /^ex does not differ from baseline/, 2 * MINUTE);
      await world.ask('verify ex', ready('verified'), 5 * MINUTE);
    },
    20 * MINUTE,
  );

  test('no generated secret is to be seen in chat, log, page or database output', async () => {
    const { count, seen } = await secretsSeen(world, 'ex');
    expect(count).toBeGreaterThan(10);
    expect(seen).toEqual([]);
  });
});

const ready = (word: string) => new RegExp(`^ex ${word}.* in .*: ${CHECKS} checks passed`);

interface Difference {
  readonly node: string;
  readonly topic: string;
  readonly key: string;
}

/** What goes wrong on a deploy day, and how a diff names it. */
const SPOILT: readonly { readonly node: string; readonly spoil: string; readonly found: RegExp }[] = [
  {
    node: 'controller',
    spoil: 'sed -i "s/^enabled = true/enabled = false/" /etc/keystone/keystone.conf',
    found: /settings \/etc\/keystone\/keystone\.conf \[cache\] enabled/,
  },
  {
    node: 'controller',
    spoil: 'sed -i "s/^osapi_compute_workers = 1/osapi_compute_workers = 7/" /etc/nova/nova.conf',
    found: /settings \/etc\/nova\/nova\.conf \[DEFAULT\] osapi_compute_workers/,
  },
  { node: 'controller', spoil: 'systemctl stop nova-scheduler', found: /services nova-scheduler/ },
  {
    node: 'controller',
    spoil: 'systemctl --quiet disable glance-api 2>/dev/null',
    found: /services glance-api/,
  },
  { node: 'controller', spoil: 'useradd --no-create-home intruder', found: /users intruder/ },
  { node: 'controller', spoil: 'dpkg --purge --force-depends less', found: /packages less/ },
  {
    node: 'controller',
    spoil: 'systemd-run --quiet --unit=stray python3 -m http.server 9999',
    found: /ports .*9999/,
  },
  {
    node: 'controller',
    spoil:
      '. /root/openrc; openstack endpoint set --url http://192.0.2.1:9292 $(openstack endpoint list --service image --interface internal -f value -c ID)',
    found: /endpoints .*image internal/,
  },
  {
    node: 'compute-1',
    spoil: 'printf "[DEFAULT]\\ncompute_driver = libvirt.LibvirtDriver\\n" >/etc/nova/nova-compute.conf',
    found: /settings \/etc\/nova\/nova-compute\.conf \[DEFAULT\] compute_driver/,
  },
  { node: 'compute-1', spoil: 'chmod 0666 /etc/nova/nova.conf', found: /modes \/etc\/nova\/nova\.conf/ },
];
