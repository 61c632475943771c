import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { preludeOf } from '../../engine/blueprint/fill.ts';
import { loadBlueprint } from '../../engine/blueprint/load.ts';

const FOLDER = fileURLToPath(new URL('../../blueprints/essex', import.meta.url));
const essex = await loadBlueprint(FOLDER);
const releases = essex.params.release?.choices ?? [];
const temporary = mkdtempSync(join(tmpdir(), 'deployday-releases-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

/** Runs a script as a controller would, after the prelude that these values choose. */
function shell(values: Record<string, string>, script: string) {
  const defaults = Object.entries(essex.params).map(([name, { default: value }]) => [name, value ?? '']);
  const chosen = { ...Object.fromEntries(defaults), ...values };
  const params = Object.entries(chosen).map(([name, value]) => [`PARAM_${name.toUpperCase()}`, value]);
  return spawnSync('/bin/sh', {
    input: `${preludeOf(essex, chosen)}\n${script}`,
    env: { PATH: process.env.PATH, NODE_ROLE: 'controller', ...Object.fromEntries(params) },
    encoding: 'utf8',
  });
}

describe.each(releases)('release %s', (release) => {
  it('names packages and units for every part, and nothing that the first release does not', () => {
    const names = (file: string) =>
      readFileSync(join(FOLDER, 'releases', `${file}.sh`), 'utf8').match(/^\w+(?==)/gm);
    expect(names(release)).toEqual(names('zed'));
    const said = shell(
      { release, components: 'all,object,volume' },
      'of_this_node PACKAGES; echo; of_this_node UNITS',
    );
    expect(said.stderr).toBe('');
    const [packages = '', units = ''] = said.stdout.split('\n');
    for (const name of ['mariadb-server', 'keystone', 'nova-api', 'swift-proxy', 'cinder-volume'])
      expect(packages.split(' ')).toContain(name);
    for (const name of ['mariadb', 'keystone', 'nova-api', 'swift-proxy', 'cinder-volume'])
      expect(units.split(' ')).toContain(name);
  });
});

it.each(releases)('%s says what all nodes have in common', (release) => {
  const said = shell({ release }, 'unset NODE_ROLE; of_this_node PACKAGES');
  expect([said.stderr, said.status]).toEqual(['', 0]);
  expect(said.stdout.split(' ')).toContain('nova-common');
});

it.each([
  ['zed', 'trixie', 'provision with release=epoxy, or take nodes that run bookworm'],
  ['epoxy', 'bookworm', 'provision with release=zed, or take nodes that run trixie'],
  ['zed', 'forky', ': take nodes that run bookworm'],
])('%s on a node with %s is refused with what to do', (release, suite, advice) => {
  const osRelease = join(temporary, 'os-release');
  writeFileSync(osRelease, `PRETTY_NAME="Debian (${suite})"\nVERSION_CODENAME=${suite}\n`);
  const script = readFileSync(join(FOLDER, 'steps/packages.sh'), 'utf8').split('/etc/os-release');
  expect(script).toHaveLength(2); // what this test runs must never be taken for a node
  const { status, stderr } = shell({ release }, script.join(osRelease));
  expect(status).toBe(1);
  expect(stderr).toContain(`this node runs Debian (${suite})`);
  expect(stderr).toContain(advice);
});

it('linuxbridge is refused by a release that has it no more', () => {
  expect(shell({ release: 'zed', network_plugin: 'linuxbridge' }, 'true').status).toBe(0);
  const { status, stderr } = shell({ release: 'epoxy', network_plugin: 'linuxbridge' }, 'true');
  expect(status).toBe(1);
  expect(stderr).toBe('OpenStack Epoxy has no linuxbridge; network_plugin is one of: openvswitch\n');
});

it('Cinder is there only when it is asked for by name, with the queue that it needs; size=mini has none', () => {
  const parts = (values: Record<string, string>) =>
    shell(values, 'for part in queue network volume; do if part_of $part; then echo $part; fi; done')
      .stdout.trim()
      .split('\n');
  const plugin = { release: 'zed', volume_plugin: 'fake' };
  expect(parts({ ...plugin, components: 'all' })).toEqual(['queue', 'network']);
  expect(parts({ ...plugin, components: 'volume' })).toEqual(['queue', 'volume']);
  expect(parts({ ...plugin, components: 'volume', size: 'mini' })).toEqual(['']);
});

it('a volume plug-in is part of the scripts only where Cinder is; lvm without its volume group is refused with what to do', () => {
  const settings = (values: Record<string, string>) =>
    shell({ release: 'zed', ...values }, 'vgs() { return 5; }; NODE_NAME=controller; volume_plugin_settings');
  expect(settings({ components: 'all,volume', volume_plugin: 'fake' }).stdout).toMatch(/^\[fake\]\n/);
  expect(settings({ components: 'all', volume_plugin: 'fake' }).status).not.toBe(0);
  const { status, stderr } = settings({ components: 'all,volume', volume_plugin: 'lvm' });
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /needs the volume group cinder-volumes on controller: vgcreate .*volume_plugin=fake/,
  );
});
