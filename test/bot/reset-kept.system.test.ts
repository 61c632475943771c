import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeLabWorld, openLabWorld } from '../support/lab-world.ts';
import type { World } from '../support/world.ts';

const MINUTE = 60_000;
const isRoot = process.getuid?.() === 0;

if (!isRoot) test('a reset to what was kept under other parameters', ({ skip }) => skip(true, 'needs root'));

describe.runIf(isRoot)('a reset to what was kept under other parameters', () => {
  let world: World;
  beforeAll(async () => {
    world = await openLabWorld({ nodes: 1 }, [join(import.meta.dirname, 'reset-kept', 'blueprints')]);
  }, 10 * MINUTE);
  afterAll(async () => {
    if (world) await closeLabWorld(world);
  }, 2 * MINUTE);

  test(
    'brings those parameters back with the disks: checks and the next provision go by them, and none is shown',
    async () => {
      await world.ask(
        'provision e from safe password=first-of-all colour=red',
        /^e ready in .*: 2 checks passed/,
        MINUTE,
      );
      await world.ask('snapshot e s1', /^e snapshot s1 ready/, MINUTE);
      await world.ask(
        'provision e password=second-to-none colour=blue',
        /^e ready in .*: 2 checks passed/,
        MINUTE,
      );
      await world.ask('reset e to s1', /^e reset to s1 in .*: 2 checks passed/, MINUTE);
      await world.ask('verify e', /^e verified in .*: 2 checks passed/, MINUTE);
      await world.ask('run e -- echo "$PARAM_COLOUR"', /^e: command done on 1 node/, MINUTE);
      await world.heard(/^\s*red$/);
      // The baseline was kept after the second provision.
      await world.ask('reset e', /^e reset to baseline in .*: 2 checks passed/, MINUTE);
      await world.ask('verify e', /^e verified in .*: 2 checks passed/, MINUTE);
      await world.ask('reset e to s1', /^e reset to s1 in .*: 2 checks passed/, MINUTE);
      await world.ask('provision e', /^e ready in .*: 2 checks passed/, MINUTE);
      await world.ask('run e -- cat "$HOME/colour"', /^e: command done on 1 node/, MINUTE);
      await world.heard(/^\s*red$/);
      const shown = await fetch(`${world.app.url}/api/environments/e`);
      expect(await shown.text()).not.toMatch(/first-of-all|second-to-none/);
      const log = await fetch(`${world.app.url}/runs/4/log`);
      expect(await log.text()).toMatch(/opened with (?!first-of-all)/);
    },
    6 * MINUTE,
  );
});
