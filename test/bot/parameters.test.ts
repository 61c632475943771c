import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { describeIf } from '../support/needs.ts';
import { needSshd } from '../support/sshd.ts';
import { openWorld, type World } from '../support/world.ts';

const blueprints = [join(import.meta.dirname, 'parameters', 'blueprints')];
const SLOW = 90_000;
const sshd = await needSshd();

describeIf(sshd)('what parameters choose', () => {
  let world: World;
  afterEach(() => world?.close());

  it(
    'is the nodes that there are, the steps that run, and what is put before their scripts',
    async () => {
      world = await openWorld({ machines: 2, blueprints });
      await world.ask(
        'provision demo from parts parts=feet flavour=hot',
        /^demo ready in .*1 check passed/,
        SLOW,
      );
      await world.ask('logs demo feet', /hot feet for no hands/);
      await world.ask('provision demo hand=1', /hand=1: there are hand nodes with parts=all or hands only/);
      await world.ask('provision demo parts=feet,hands', /^demo ready in .*1 check passed/, SLOW);
      await world.ask('logs demo hands', /hot hand-1 of hand-1 in - zone none/);
      await world.ask('logs demo feet', /hot feet for hand-1/);
      await world.ask(
        'provision demo parts=feet',
        /demo has 1 hand node, .*not taken out of a living environment/,
      );
      await world.ask('verify demo', /^demo verified/, SLOW);
    },
    4 * SLOW,
  );

  it(
    'are told apart from what they cannot be',
    async () => {
      world = await openWorld({ machines: 1, blueprints });
      await world.ask('provision demo from parts parts=foot', /"foot" is not one of all, hands, feet/);
      await world.ask('provision demo from parts hand=4', /hand=4: parts takes 1 to 3 hand nodes/);
      await world.ask('provision demo from parts', /pool rack has 1 machine in all: demo would need 2/);
      await world.ask(
        'provision demo from thin parts=none',
        /demo would have no node.*provision demo from thin hand=1/i,
      );
      expect(world.transcript()).not.toMatch(/demo ready/);
    },
    4 * SLOW,
  );
});
