import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Provider } from '../../../../engine/provider.ts';
import { createLabProvider, destroyLab } from '../../../../engine/providers/lab/lab.ts';
import { labFolder } from '../../../../engine/providers/lab/lab-folder.ts';
import {
  machineFolder,
  readMachineRecord,
  writeMachineRecord,
} from '../../../../engine/providers/lab/machine-record.ts';
import { baseIdentity, layersOf, sweepSharedLayers } from '../../../../engine/providers/lab/shared-layers.ts';
import { runOn } from '../../../contracts/provider.ts';
import { describeIf, needHost } from '../../../support/needs.ts';
import { freshLabDir, labIdOf, sharedCache, tracesOf } from './here.ts';

const key = (word: string) => createHash('sha256').update(word).digest('hex');
const [tools, more] = [key('tools'), key('tools and more')];

describeIf(needHost({ root: true }))('shared layers', { timeout: 300_000 }, () => {
  const dir = freshLabDir();
  const lab = labFolder(dir);
  const log: string[] = [];
  let provider: Provider;
  const open = () => {
    const told = (line: string) => void log.push(line);
    return createLabProvider({ pool: 'lab', nodes: 4, dir, cacheDir: sharedCache, layersGb: 1, log: told });
  };
  const on = async (machine: string, command: string) => runOn(await provider.endpoint(machine), command);
  const create = (name: string, layers: string[]) =>
    provider.create(name, { hostname: `host-${name}`, layers });
  const give = (...names: string[]) => Promise.all(names.map((name) => provider.destroy(name)));
  const identity = 'hostname; cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub; grep host- /etc/hosts';

  beforeAll(async () => {
    provider = open();
    await provider.prepare(() => {});
  }, 600_000);

  afterAll(async () => {
    const id = labIdOf(dir);
    await provider.close();
    await destroyLab(dir);
    expect(tracesOf(id)).toEqual([]);
    expect(existsSync(lab.shared)).toBe(false);
    await rm(dirname(dir), { recursive: true, force: true });
  });

  test('a machine whose layer nobody has is empty; what it holds then becomes the layer', async () => {
    expect(await create('n1', [more, tools])).not.toHaveProperty('layer');
    await on(
      'n1',
      'echo installed > /opt/tool; mkdir -p /var/lib/deployday; echo x > /var/lib/deployday/id; touch /tmp/mine',
    );
    const before = await on('n1', identity);
    expect(await provider.sharedLayers([more, tools])).toEqual(new Set());
    expect(await provider.share('n1', tools)).toMatchObject({
      kept: 'now',
      machine: { name: 'n1', layer: tools },
    });
    expect(await on('n1', identity)).toBe(before);
    const left = 'cat /opt/tool; ls /tmp/mine /var/lib/deployday 2>/dev/null; true';
    expect(await on('n1', left)).toBe('installed');
    expect(await provider.sharedLayers([more, tools])).toEqual(new Set([tools]));
  });

  test('another begins from it, as itself, and what it changes is its own', async () => {
    expect(await create('n2', [more, tools])).toMatchObject({ layer: tools });
    expect(await on('n2', 'cat /opt/tool; hostname; systemctl is-system-running --wait')).toBe(
      'installed\nhost-n2\nrunning',
    );
    const [one, two] = await Promise.all([on('n1', identity), on('n2', identity)]);
    for (const line of one.split('\n')) expect(two).not.toContain(line);
    expect(readdirSync(join(lab.shared, (await layersOf(lab))[0]?.id ?? '', 'fs/etc/ssh'))).toEqual([]);
    await on('n2', 'echo changed > /opt/tool; rm -r /etc/ssh/moduli');
    expect(await on('n1', 'cat /opt/tool; ls /etc/ssh/moduli')).toBe('installed\n/etc/ssh/moduli');
    await provider.reset('n2', null);
    expect(await on('n2', 'ls /opt')).toBe('');
    await give('n2');
  });

  test('a longer chain stands on the shorter; the best that is kept is taken', async () => {
    await create('n2', [tools]);
    await on('n2', 'echo more > /opt/more');
    expect(await provider.share('n2', more)).toMatchObject({ kept: 'now' });
    await provider.snapshot('n2', 'mine');
    await on('n2', 'rm /opt/more');
    await provider.reset('n2', 'mine');
    expect(await on('n2', 'cat /opt/tool /opt/more; hostname')).toBe('installed\nmore\nhost-n2');
    expect(await create('n3', [more, tools])).toMatchObject({ layer: more });
    expect(await on('n3', 'cat /opt/tool /opt/more')).toBe('installed\nmore');
    await give('n2', 'n3');
  });

  test('two make it at once: one is kept, both go on', async () => {
    const names = ['n2', 'n3'];
    await Promise.all(names.map((name) => create(name, [key('both')])));
    await Promise.all(names.map((name) => on(name, `echo ${name} > /opt/mine`)));
    const shared = await Promise.all(names.map((name) => provider.share(name, key('both'))));
    expect(shared.map(({ kept }) => kept).sort()).toEqual(['already', 'now']);
    expect(await Promise.all(names.map((name) => on(name, 'cat /opt/mine')))).toEqual(names);
    expect((await layersOf(lab)).filter((layer) => layer.key === key('both'))).toHaveLength(1);
    await give(...names);
  });

  test('a layer whose files are not as they were is passed over with a note; so is half a layer', async () => {
    const layer = (await layersOf(lab)).find((one) => one.key === key('both'));
    writeFileSync(join(lab.shared, layer?.id ?? '', 'fs/opt/mine'), 'nobody');
    expect(await create('n2', [key('both'), tools])).toMatchObject({ layer: tools });
    expect(log.at(-1)).toMatch(
      /^n2 does not begin from layer .*missing or were changed; the layer is removed$/,
    );
    expect(await provider.sharedLayers([key('both')])).toEqual(new Set());
    await mkdir(join(lab.shared, 'shared-0123456789ab/fs'), { recursive: true });
    await provider.close();
    provider = open();
    await provider.prepare(() => {});
    expect(readdirSync(lab.shared)).toHaveLength(2);
    await give('n2');
  });

  test('a layer upon another base is none', async () => {
    const [about] = (await layersOf(lab)).filter((one) => one.key === tools);
    const record = join(lab.shared, about?.id ?? '', 'layer.json');
    const text = readFileSync(record, 'utf8');
    writeFileSync(record, JSON.stringify({ ...about, base: 'of yesterday' }));
    expect(await create('n2', [tools])).not.toHaveProperty('layer');
    await give('n2');
    writeFileSync(record, text);
  });

  test.each(['before', 'after'])('a process killed %s the disk was moved loses nothing', async (when) => {
    await create('n2', []);
    await on('n2', 'echo precious > /opt/mine; sync');
    const folder = machineFolder(lab, 'n2');
    const record = await readMachineRecord(folder);
    const id = 'shared-aaaaaaaaaaaa';
    // What the kill leaves: the record says what is to be done, and it was done or not.
    if (record) await writeMachineRecord(folder, { ...record, sharing: { id, key: key(when) } });
    if (when === 'after') {
      const { run } = await import('../../../../engine/providers/lab/command.ts');
      await mkdir(join(lab.shared, id));
      await run(['mv', folder.upper, join(lab.shared, id, 'fs')]);
    }
    await provider.close();
    provider = open();
    await provider.prepare(() => {});
    expect(await provider.find('n2')).toMatchObject(when === 'after' ? { layer: key(when) } : { name: 'n2' });
    expect(await on('n2', 'cat /opt/mine; hostname')).toBe('precious\nhost-n2');
    // Nobody else may begin from it before its maker has gone on, which makes it whole.
    expect(await provider.sharedLayers([key(when)])).toEqual(new Set());
    expect(await provider.share('n2', key(when))).toMatchObject({
      kept: when === 'after' ? 'already' : 'now',
    });
    expect(await provider.sharedLayers([key(when)])).toEqual(new Set([key(when)]));
    await give('n2');
  });

  test('beyond what may be kept, those unused longest go, and none that a machine stands on', async () => {
    await give('n1');
    await create('n1', [tools]);
    const all = await layersOf(lab);
    for (const { id, key: of } of all) {
      const age = of === tools ? 3_000 : of === key('after') ? 2_000 : 1_000;
      const at = new Date(Date.now() - age * 1000);
      utimesSync(join(lab.shared, id, 'layer.json'), at, at);
    }
    const bytes = all.filter((layer) => layer.key !== tools).reduce((sum, layer) => sum + layer.bytes, 0);
    await sweepSharedLayers(lab, bytes - 1);
    const kept = (await layersOf(lab)).map((layer) => layer.key);
    expect(kept).toContain(tools);
    expect(kept).not.toContain(key('after'));
    expect(kept).toHaveLength(all.length - 1);
    // What stands on a layer that went is not used any more.
    await give('n1');
    await sweepSharedLayers(lab, 0);
    expect(await layersOf(lab)).toEqual([]);
    rmSync(join(lab.shared), { recursive: true });
    await mkdir(lab.shared);
  });
});

test('a base is told by its recipe and by the packages in it', async () => {
  const base = await mkdtemp(join(tmpdir(), 'base-'));
  try {
    await mkdir(join(base, 'var/lib/dpkg'), { recursive: true });
    const withPackages = async (text: string, name: string) => {
      await writeFile(join(base, 'var/lib/dpkg/status'), text);
      return baseIdentity(base, name);
    };
    const one = await withPackages('Package: a\nVersion: 1\n', 'base-1');
    expect(await withPackages('Package: a\nVersion: 1\n', 'base-1')).toBe(one);
    expect(await withPackages('Package: a\nVersion: 2\n', 'base-1')).not.toBe(one);
    expect(await withPackages('Package: a\nVersion: 1\n', 'base-2')).not.toBe(one);
  } finally {
    await rm(base, { recursive: true, force: true });
  }
});
