import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeLabWorld, openLabWorld } from '../support/lab-world.ts';
import { describeIf, needHost } from '../support/needs.ts';
import type { World } from '../support/world.ts';

const MINUTE = 60_000;

describeIf(needHost({ root: true }))('the main job in the lab', () => {
  let world: World;
  beforeAll(async () => {
    world = await openLabWorld({ nodes: 3 });
  }, 10 * MINUTE);
  afterAll(async () => {
    if (world) await closeLabWorld(world);
  }, 2 * MINUTE);

  test(
    'hello: provisioned on two machines, spoilt, compared, reset, kept, given back',
    async () => {
      await world.ask('provision demo from hello node=2', /^demo ready in .*: 4 checks passed/, MINUTE);
      await world.ask('diff demo', /^demo does not differ from baseline/, MINUTE);
      await world.ask('snapshot demo lunch', /^demo snapshot lunch ready/, MINUTE);
      await world.ask(
        'run demo/node-2 -- echo spoilt > "$HOME/hello/index.html"',
        /^demo: command done on 1 node/,
      );
      await world.ask('diff demo baseline', /^demo differs from baseline in 2 places/, MINUTE);
      await world.heard(/^node-2\s+greeting: says\s+hello\s+\(empty\)/);
      await world.heard(/^node-2\s+files: \/root\/hello\/index\.html\s/);
      await world.ask('verify demo', /^demo failed: verify: the page says what it should/, MINUTE);
      await world.ask('reset demo', /^demo reset to baseline in .*: 4 checks passed/, MINUTE);
      await world.ask('diff demo', /^demo does not differ from baseline/, MINUTE);
      await world.ask('reset demo to lunch', /^demo reset to lunch/, MINUTE);
    },
    5 * MINUTE,
  );

  test(
    'machines outlive the bot, and the next start finds them',
    async () => {
      await world.restart();
      expect(world.transcript()).toMatch(/found demo\/node-1 on n1 at \d/);
      await world.ask('verify demo', /^demo verified/, MINUTE);
      await world.ask('destroy demo', /^demo destroyed/, MINUTE);
      await world.ask('pool lab', /^lab: 3 of 3 machines free/);
    },
    3 * MINUTE,
  );
});
