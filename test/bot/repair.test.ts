import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { describeIf } from '../support/needs.ts';
import { needSshd } from '../support/sshd.ts';
import { openWorld, type World } from '../support/world.ts';

const blueprints = [join(import.meta.dirname, 'repair', 'blueprints')];
const SLOW = 90_000;
const sshd = await needSshd();

interface EnvironmentAnswer {
  readonly state: string;
  readonly mayBeRepaired: boolean;
  readonly snapshots: readonly { readonly name: string; readonly run: number }[];
}

describeIf(sshd)('repair', () => {
  let world: World;
  afterEach(() => world?.close());

  const open = async (nodes: number) => {
    world = await openWorld({ machines: nodes, blueprints });
    await world.ask(`provision demo from mends node=${nodes}`, /^demo ready in/, SLOW);
  };
  const starts = async (machine: number) =>
    (await readFile(join(world.sshds[machine]?.home ?? '', 'starts'), 'utf8')).trim().split('\n');
  const environment = async () =>
    (await (await fetch(`${world.app.url}/api/environments/demo`)).json()) as EnvironmentAnswer;
  const onNode = (target: string, script: string) =>
    world.ask(`run demo/${target} -- ${script}`, /^demo: command done on 1 node/, SLOW);
  const spoilCopy = (target: string) => onNode(target, 'printf spoilt > "$HOME/copy"');

  it(
    'is offered where a failed check names what mends it, mends on that node alone, and asks again; the baseline stays',
    async () => {
      await open(2);
      const { snapshots } = await environment();
      expect(snapshots).toMatchObject([{ name: 'baseline' }]);
      await spoilCopy('node-2');
      await world.ask('repair demo', /Nothing of demo is known to be in need of repair.*verify demo/s);

      await world.ask(
        'verify demo',
        /^demo failed: verify: the copy is right on node-2: .*the copy is spoilt.* Look: logs demo copy, diff demo · mend: repair demo · again: verify demo/,
        SLOW,
      );
      expect(await environment()).toMatchObject({ state: 'failed', mayBeRepaired: true });
      await world.ask('status demo', /^demo: failed, .*Mend: repair demo/);

      await world.ask(
        'repair demo',
        /^demo repaired and ready in .*: 1 check passed\. All of its checks: verify demo\./,
        SLOW,
      );
      await world.ask('logs demo keep', /copy written anew on node-2/);
      expect((await starts(0)).sort()).toEqual(['keep', 'other']);
      expect((await starts(1)).sort()).toEqual(['keep', 'keep', 'other']);
      expect(await environment()).toMatchObject({ state: 'ready', mayBeRepaired: false, snapshots });
      await world.ask('promote demo', /changed after it was last verified/);
      await world.ask('verify demo', /^demo verified in .*: 4 checks passed/, SLOW);
      await world.ask('repair demo', /no check failed by "verify demo"/);
    },
    4 * SLOW,
  );

  it(
    'asks again what no step mends, too, and is no success before that passes',
    async () => {
      await open(1);
      await onNode('node', 'touch "$HOME/broken-seal"');
      await world.ask('verify demo', /^demo failed: verify: the seal is whole.* again: verify demo/, SLOW);
      expect(world.transcript()).not.toContain('mend: repair demo');
      await world.ask(
        'repair demo',
        /names no step that mends what failed on demo: the seal is whole.*logs demo seal/s,
      );

      await spoilCopy('node');
      await world.ask('verify demo', /^demo failed: .* · mend: repair demo/, SLOW);
      await world.ask(
        'repair demo',
        /^demo failed: repair: the seal is whole: .*the seal is broken.* again: retry demo/,
        SLOW,
      );
      expect((await starts(0)).filter((word) => word === 'keep')).toHaveLength(2);
      expect(await environment()).toMatchObject({ state: 'failed', mayBeRepaired: false });
      await onNode('node', 'rm "$HOME/broken-seal"');
      await world.ask('retry demo', /^demo repaired and ready in .*: 2 checks passed/, SLOW);
      expect((await starts(0)).filter((word) => word === 'keep')).toHaveLength(2);
    },
    4 * SLOW,
  );

  it(
    'mends what a provision found wrong; a retry of that then keeps the baseline',
    async () => {
      await open(1);
      await onNode('node', 'printf spoilt > "$HOME/copy"');
      await world.ask(
        'provision demo',
        /^demo failed: provision: the copy is right.* · mend: repair demo · again: retry demo/,
        SLOW,
      );
      const { snapshots } = await environment();
      await world.ask('repair demo', /^demo repaired and ready in/, SLOW);
      expect(await environment()).toMatchObject({ snapshots });
      await world.ask('retry demo', /^demo ready in .*: 2 checks passed, baseline replaced\./, SLOW);
      expect((await environment()).snapshots).not.toEqual(snapshots);
    },
    4 * SLOW,
  );

  it(
    'that failed can be said again, and mends what it could not mend before',
    async () => {
      await open(1);
      await spoilCopy('node');
      await onNode('node', 'touch "$HOME/stuck"');
      await world.ask('verify demo', /^demo failed: .* · mend: repair demo/, SLOW);
      await world.ask(
        'repair demo',
        /^demo failed: repair: copy kept: exit 4: cannot write the copy.* Look: logs demo keep · again: repair demo\./,
        SLOW,
      );
      await onNode('node', 'rm "$HOME/stuck"');
      await world.ask('repair demo', /^demo repaired and ready in .*: 1 check passed/, SLOW);
      expect((await starts(0)).sort()).toEqual(['keep', 'keep', 'keep', 'other']);
    },
    4 * SLOW,
  );
});
