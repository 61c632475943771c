import { join } from 'node:path';
import { afterAll, beforeAll, it } from 'vitest';
import { describeIf } from '../support/needs.ts';
import { needSshd } from '../support/sshd.ts';
import { openWorld, type World } from '../support/world.ts';

const sshd = await needSshd();

describeIf(sshd)('a step that copies a file', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({
      machines: 2,
      blueprints: [join(import.meta.dirname, 'policies', 'blueprints')],
    });
  });
  afterAll(async () => {
    await world?.ask('run demo -- rm -rf /tmp/deployday-copies', /command done/);
    await world?.close();
  });

  it('fails where its folder is missing, with the reason', async () => {
    await world.ask(
      'provision demo from copies node=2 folder=missing',
      /^demo failed: provision: settings on node-[12] and 1 more: .*deployday-copies/,
    );
  });

  it('puts it there with its permissions, on every node', async () => {
    await world.ask('provision demo folder=made', /^demo ready in .*: 2 checks passed/);
  });
});
