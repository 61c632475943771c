import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, type TestContext } from 'vitest';
import { describeIf } from '../support/needs.ts';
import { needSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { openWorld } from '../support/world.ts';

const blueprints = [join(import.meta.dirname, 'policies', 'blueprints')];
const sshd = await needSshd();
const FORGOTTEN = '- .\n';
const PATIENCE_MS = 60_000;

/** A world for one test, closed after it, and what its machine keeps of tasks. */
async function stage({ onTestFinished }: TestContext) {
  const world = await openWorld({ machines: 1, blueprints });
  onTestFinished(() => world.close());
  const folder = join(world.sshds[0]?.stateDir ?? '', 'task');
  return {
    world,
    folder,
    /** Names of tasks that the node still knows. */
    async known(): Promise<string[]> {
      const names = await readdir(folder);
      const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')));
      return names.filter((_, i) => texts[i] !== FORGOTTEN);
    },
  };
}

// Side by side: each waits until it is time to tidy up.
describeIf(sshd)('what a run leaves on its nodes', { concurrent: true }, () => {
  it('is forgotten at its end, however it went; only the names stay', {
    timeout: 5 * PATIENCE_MS,
  }, async (context) => {
    const { world, folder, known } = await stage(context);
    await world.ask('provision demo from policies case=tries', /^demo ready in/, PATIENCE_MS);
    await until(async () => (await known()).length === 0, {
      what: 'the tasks to be forgotten',
      withinMs: PATIENCE_MS,
    });
    expect((await readdir(folder)).length).toBeGreaterThan(3);
    // What is forgotten on the node is known here.
    await world.ask('logs demo tries', /works now/, PATIENCE_MS);
    await world.ask('run demo -- echo oops; exit 3', /oops/, PATIENCE_MS);
    await until(async () => (await known()).length === 0, {
      what: 'the failed one to be forgotten',
      withinMs: PATIENCE_MS,
    });
  });

  it('is kept of a task of which nobody knows what became', { timeout: 5 * PATIENCE_MS }, async (context) => {
    const { world, folder, known } = await stage(context);
    await world.ask(
      'provision demo from policies case=orphan',
      /^demo unknown: nobody knows whether orphan/,
      PATIENCE_MS,
    );
    await world.ask('cancel demo', /^demo unknown: provision: orphan/, PATIENCE_MS);
    // Its run has ended, and another one after it: that one is forgotten, this one is not.
    await world.ask('run demo -- echo hello', /hello/, PATIENCE_MS);
    await until(async () => (await known()).length === 1, {
      what: 'all but the orphan to be forgotten',
      withinMs: PATIENCE_MS,
    });
    expect(await readFile(join(folder, (await known())[0] ?? ''), 'latin1')).toContain('started orphan');
  });

  it('is swept away a week later, whoever left it', { timeout: 5 * PATIENCE_MS }, async (context) => {
    const { world, folder } = await stage(context);
    await world.ask('provision demo from policies case=continues', /^demo ready in/, PATIENCE_MS);
    const weekAgo = new Date(Date.now() - 8 * 86_400_000);
    for (const [name, text] of [
      ['elsewhere-1-1', FORGOTTEN],
      ['elsewhere-2-1', '+ 1 another-boot 0123456789abcdef 150 .\n= 0 .\n and what it said\n'],
    ] as const) {
      await writeFile(join(folder, name), text);
      await utimes(join(folder, name), weekAgo, weekAgo);
    }
    // A process sweeps a node once a day.
    await world.restart();
    await world.ask('run demo -- echo hello', /hello/, PATIENCE_MS);
    const left = async () => (await readdir(folder)).filter((name) => name.startsWith('elsewhere'));
    await until(async () => (await left()).join() === 'elsewhere-2-1', {
      what: 'the older stub to go',
      withinMs: PATIENCE_MS,
    });
    expect(await readFile(join(folder, 'elsewhere-2-1'), 'utf8')).toBe(FORGOTTEN);
  });
});
