import { expect } from 'vitest';
import type { World } from './world.ts';

const MINUTE = 60_000;

/** What `verify` asks of a controller and one compute node. */
const CHECKS = 15;

/** The outcome of a two-node `essex` that was provisioned, verified or reset: `word` is how it is said. */
export const essexOutcome = (word: string) => new RegExp(`^ex ${word}.* in .*: ${CHECKS} checks passed`);

/** What the checks show, where the compute node is in zone az2. */
const EVIDENCE: readonly RegExp[] = [
  /^services run and come back after a boot\s+passed\s+active and enabled: mariadb memcached keystone/,
  /^the database answers and has its tables\s+passed\s.*nova \d+ tables/,
  /^the message queue takes and gives a message\s+passed\s+RabbitMQ/,
  /^Keystone issues a token\s+passed\s+token from http:/,
  /^the catalogue names every service, and each answers\s+passed\s.*compute http/,
  /^an image goes up and comes back the same\s+passed\s.*three times the same/,
  /^a network, a subnet and a port\s+passed\s.*192\.0\.2\./,
  /^every Nova service is up.*passed\s.*compute on compute-1; zones az2/,
  /^a flavour is made and read back\s+passed/,
  /^a server becomes ACTIVE on every compute node\s+passed\s+1 server ACTIVE on compute-1/,
  /^admin logs in at the dashboard\s+passed\s.*project page HTTP 200/,
];

/** Sees that checks which passed told their evidence; `more` is what only this release says. */
export function expectEvidence(world: World, more: readonly RegExp[] = []): void {
  for (const evidence of [...EVIDENCE, ...more]) {
    expect(world.said().lines).toContainEqual(expect.stringMatching(evidence));
  }
}

/** Spoils ten things of `ex`, and sees that one diff against its baseline names each. */
export async function expectSpoiltThingsFound(world: World): Promise<void> {
  for (const { node, spoil } of SPOILT) {
    await world.ask(`run ex/${node} -- ${spoil}`, /^ex: command done on 1 node/, MINUTE);
  }
  await world.ask('diff ex baseline', /^ex differs from baseline in \d+ places/, 2 * MINUTE);
  await world.heard(/^controller\s+\/etc\/keystone\/keystone\.conf \[cache\] enabled\s+true\s+false/);
  const api = async <T>(path: string) => (await (await fetch(world.app.url + path)).json()) as T;
  const { runs } = await api<{ runs: { id: number }[] }>('/api/runs?environment=ex&limit=1');
  const { differences } = await api<{ differences: Difference[] }>(`/api/runs/${runs[0]?.id}/differences`);
  const told = differences.map(({ node, topic, key }) => `${node} ${topic} ${key}`);
  for (const { node, found } of SPOILT) {
    const named = told.some((line) => line.startsWith(`${node} `) && found.test(line));
    expect(named, `${found} of ${node} in\n${told.join('\n')}`).toBe(true);
  }
}

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
