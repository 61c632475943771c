import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { destroyLab } from '../../engine/providers/lab/lab.ts';
import { type FakeBuilder, fakeBuilder } from '../engine/providers/lab/fake-builder.ts';
import { describeIf, needHost } from '../support/needs.ts';
import { until } from '../support/until.ts';
import { openWorld, type World } from '../support/world.ts';

const need = needHost({ root: true, mounts: true, commands: ['systemd-nspawn', 'mmdebstrap', 'nft'] });

describeIf(need)("a bot that is ended while its lab's base file system is being built", () => {
  let builder: FakeBuilder;
  let world: World;
  afterEach(async () => {
    await world?.app.stop();
    if (world) await destroyLab(join(world.config.data, 'lab'));
    await world?.close();
    await builder?.remove();
  });

  it('says so, and ends a build that would go on for ever', { timeout: 300_000 }, async () => {
    builder = await fakeBuilder();
    const cache = join(builder.work, 'cache');
    world = await openWorld({ pools: [{ pool: 'lab', provider: 'lab', nodes: 1, cache, heavySlots: 1 }] });
    await until(builder.isBuilding, { what: 'the build', withinMs: 200_000 });
    await world.app.stop();
    expect(world.said().logged).toContainEqual(expect.stringMatching(/^pool lab is not made ready any more/));
    const isGone = async () => (await builder.processes()).length === 0;
    await until(isGone, { what: 'the builder to be gone', withinMs: 60_000 });
    expect(await builder.mounts()).toEqual([]);
    expect(readdirSync(cache).filter((name) => name.startsWith('building-'))).toEqual([]);
    const dir = join(world.config.data, 'lab');
    await destroyLab(dir);
    expect(existsSync(dir)).toBe(false);
  });
});
