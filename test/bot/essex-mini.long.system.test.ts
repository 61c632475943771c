import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeLabWorld, openLabWorld } from '../support/lab-world.ts';
import { describeIf, needHost } from '../support/needs.ts';
import { secretsSeen } from '../support/secrets.ts';
import type { World } from '../support/world.ts';

const MINUTE = 60_000;

describeIf(needHost({ root: true }))('essex of size=mini', () => {
  let world: World;
  beforeAll(async () => {
    world = await openLabWorld({ nodes: 1 });
  }, 10 * MINUTE);
  afterAll(async () => {
    if (world) await closeLabWorld(world);
  }, 2 * MINUTE);

  test(
    'essex: a real Keystone and Glance, a setting changed and named, back to baseline',
    async () => {
      await world.ask('provision ex from essex size=mini', /^ex ready in .*: 6 checks passed/, 10 * MINUTE);
      await world.heard(/^Keystone issues a token\s+passed\s+token from http:/);
      await world.heard(/^an image goes up and comes back the same\s+passed\s.*three times the same/);
      const change = 'sed -i "s/^enabled = true/enabled = false/" /etc/keystone/keystone.conf';
      await world.ask(`run ex -- ${change}`, /^ex: command done on 1 node/, MINUTE);
      await world.ask('diff ex baseline', /^ex differs from baseline in 1 place/, MINUTE);
      await world.heard(/^controller\s+\/etc\/keystone\/keystone\.conf \[cache\] enabled\s+true\s+false/);
      await world.ask('reset ex', /^ex reset to baseline in .*: 6 checks passed/, 3 * MINUTE);
      await world.ask('diff ex baseline', /^ex does not differ from baseline/, MINUTE);
      await world.ask('verify ex', /^ex verified in .*: 6 checks passed/, 2 * MINUTE);
    },
    20 * MINUTE,
  );

  test(
    'another region takes the place of the first one, and lets one alone that only shares its Keystone',
    async () => {
      const enter = (service: string, url: string) =>
        `openstack endpoint create --region own ${service} public ${url} -f value -c region`;
      const own = `${enter('keystone', '$OS_AUTH_URL')} && ${enter('glance', 'http://192.0.2.1:9292')}`;
      await world.ask(`run ex -- sh -c '. /root/openrc; ${own}'`, /^ex: command done on 1 node/, MINUTE);
      await world.ask('provision ex region=zwei', /^ex ready in .*: 6 checks passed/, 10 * MINUTE);
      const list = 'run ex -- sh -c ". /root/openrc; openstack endpoint list -f value -c Region"';
      await world.ask(list, /^ex: command done on 1 node/, MINUTE);
      const told = world.said().lines;
      const from = told.findLastIndex((line) => line.startsWith('ex: command done'));
      const regions = told
        .slice(from)
        .flatMap((line) => /^\s*(RegionOne|zwei|own)\s*$/.exec(line)?.[1] ?? []);
      expect(regions.sort()).toEqual(['own', 'own', ...Array(6).fill('zwei')]);
    },
    20 * MINUTE,
  );

  test('no generated secret is to be seen in chat, log, page or database output', async () => {
    const { count, seen } = await secretsSeen(world, 'ex');
    expect(count).toBeGreaterThan(4);
    expect(seen).toEqual([]);
  });
});
