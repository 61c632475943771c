import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { needSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { openWorld } from '../support/world.ts';

const blueprints = [join(import.meta.dirname, 'waiting-check', 'blueprints')];
const sshd = await needSshd();

it('a check that is tried again says what it waits for', async ({ onTestFinished, skip }) => {
  if (!sshd.ok) return skip(sshd.why);
  const world = await openWorld({ machines: 1, blueprints });
  onTestFinished(() => world.close());
  world.type('provision demo from patient');
  const waits = /now: somebody has come \(not yet: exit 1: nobody has come/;
  await until(async () => waits.test(await world.ask('status demo', /^demo: /)), {
    what: 'status to say what the check waits for',
    withinMs: 40_000,
    everyMs: 500,
  });
  await writeFile(join(world.sshds[0]?.home ?? '', 'visitor'), '');
  await world.heard(/^demo ready in/);
  expect(await world.ask('status demo', /^demo: /)).not.toContain('not yet');
});
