import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { openWorld } from '../support/world.ts';

const blueprints = [join(import.meta.dirname, 'hung-look', 'blueprints')];
const sshd = await needSshd();
const PATIENCE_MS = 40_000;

describe
  .skipIf(!sshd.ok)
  .concurrent('what looks at a node and hangs when the process that asked for it ends', () => {
    for (const what of ['check', 'facts']) {
      it(`(${what}) is ended by who takes the run over, who looks anew`, {
        timeout: 3 * PATIENCE_MS,
      }, async ({ onTestFinished }) => {
        const world = await openWorld({ machines: 1, blueprints });
        onTestFinished(() => world.close());
        const textOf = (path: string) => readFile(path, 'utf8').catch(() => '');
        const looks = async () =>
          (await textOf(join(world.sshds[0]?.home ?? '', 'looks'))).trim().split('\n');
        world.type(`provision demo from hung case=${what}`);
        const first = await until(async () => (await looks())[0], {
          what: 'the first look',
          withinMs: PATIENCE_MS,
        });
        await world.restart();
        await world.heard(/^demo ready in/, PATIENCE_MS);
        expect(await looks()).toHaveLength(2);
        expect(await textOf(`/proc/${first}/cmdline`)).toBe('');
      });
    }
  });
