import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { describeIf } from '../support/needs.ts';
import { needSshd } from '../support/sshd.ts';
import { openWorld, type World } from '../support/world.ts';

const blueprints = [join(import.meta.dirname, 'after', 'blueprints')];
const SLOW = 90_000;
const sshd = await needSshd();

describeIf(sshd)('a step that comes after others', () => {
  let world: World;
  afterEach(() => world?.close());

  it(
    'runs when one of them failed on a node; the run fails for that node, and a retry goes on from there',
    async () => {
      world = await openWorld({ machines: 3, blueprints });
      await world.ask('provision demo from after hand=2 plan', /would be made/);
      await world.heard(/^hands gathered\s+1\s+work ended$/);
      await world.ask(
        'provision demo from after hand=2',
        /^demo failed: provision: work done on hand-2: exit 1: hand 2 is broken/,
        SLOW,
      );
      const gathered = async () =>
        (await readFile(join(world.sshds[0]?.home ?? '', 'gathered'), 'utf8')).trim().split('\n');
      expect(await gathered()).toEqual(['gathered']);
      await world.ask('run demo/hand-2 -- touch "$HOME/mended"', /^demo: command done on 1 node/, SLOW);
      await world.ask('retry demo', /^demo ready in .*: 1 check passed/, SLOW);
      expect(await gathered()).toEqual(['gathered', 'praised']);
    },
    3 * SLOW,
  );
});
