import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, type TestContext } from 'vitest';
import { describeIf } from '../support/needs.ts';
import { needSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { openWorld, type WorldOptions } from '../support/world.ts';

const blueprints = [join(import.meta.dirname, 'policies', 'blueprints')];
const sshd = await needSshd();
/** For what several bots at once have to do first. */
const PATIENCE_MS = 40_000;

/** A world for one test, closed after it, and what has been started on its machines. */
async function stage({ onTestFinished }: TestContext, machines = 1, more: WorldOptions = {}) {
  const world = await openWorld({ machines, blueprints, ...more });
  onTestFinished(() => world.close());
  const starts = async (machine = 0) => {
    const file = join(world.sshds[machine]?.home ?? '', 'starts');
    return (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  };
  const put = (file: string) => writeFile(join(world.sshds[0]?.home ?? '', file), '');
  const started = (word: string) =>
    until(async () => (await starts()).includes(word), { what: `${word} to start`, withinMs: PATIENCE_MS });
  return { world, starts, put, started };
}

// Side by side: what they wait for are pauses, patience and time limits, not the machine.
describeIf(sshd)(
  'what becomes in time of a step that does not simply work',
  { concurrent: true, timeout: 3 * PATIENCE_MS },
  () => {
    it('is tried again after a pause, as often as it says', async (context) => {
      const { world, starts } = await stage(context);
      await world.ask('provision demo from policies case=tries', /^demo ready in/, PATIENCE_MS);
      expect(await starts()).toEqual(['tries', 'tries', 'tries', 'after']);
      await world.ask('logs demo tries', /works now/);
    });

    it('fails when all attempts are used up, and retry begins to count anew', async (context) => {
      const { world, starts } = await stage(context);
      await world.ask(
        'provision demo from policies case=gives-up',
        /^demo failed: provision: tries: exit 7: never works.* again: retry demo/,
        PATIENCE_MS,
      );
      expect(await starts()).toEqual(['tries', 'tries', 'tries']);
      await world.ask('retry demo', /^demo failed: provision: tries: exit 7/, PATIENCE_MS);
      expect(await starts()).toHaveLength(6);
    });

    it('breaks when its machine stays away for longer than the pool is patient', async (context) => {
      const { world, put, started } = await stage(context, 1, { patienceMs: 5_000 });
      world.type('provision demo from policies case=away');
      await started('away');
      await world.sshds[0]?.kill();
      await world.heard(/^demo broke: provision could not find out: away: .*cannot reach r1/, PATIENCE_MS);
      await put('go');
    });

    it('is not done by a retry either before it is known whether it is done', async (context) => {
      const { world, starts, put, started } = await stage(context, 1, { patienceMs: 5_000 });
      world.type('provision demo from policies case=looks');
      await started('looks');
      await world.sshds[0]?.kill();
      await world.heard(/^demo broke: provision could not find out: looks: /, PATIENCE_MS);
      await world.sshds[0]?.start();
      await put('go');
      await world.ask('retry demo', /^demo: going on with/);
      await world.heard(/^demo ready in/, PATIENCE_MS);
      expect(await starts()).toEqual(['looks', 'after']);
    });

    it('ends when its time is over, however often the bot was started anew meanwhile', async (context) => {
      const { world, starts, started } = await stage(context);
      world.type('provision demo from policies case=endless');
      await started('endless');
      const task = async () => {
        const { state, tasks } = (await (await fetch(`${world.app.url}/api/runs/1`)).json()) as {
          state: string;
          tasks: { step: string; detail: string | null }[];
        };
        return { isOver: state === 'failed', detail: tasks.find(({ step }) => step === 'endless')?.detail };
      };
      // Had each bot given it four seconds more, none would ever have lived to end it.
      const began = performance.now();
      while (!(await task()).isOver && performance.now() - began < 40_000) {
        await world.restart();
        const connected = () => world.said().logged.some((line) => /^connected to r1/.test(line));
        await until(async () => connected() || (await task()).isOver, {
          what: 'the run to be taken over',
          withinMs: PATIENCE_MS,
        });
        const before = (await starts()).length;
        await until(async () => (await starts()).length > before + 5 || (await task()).isOver, {
          what: 'the step to go on for half a second, or to be over',
          withinMs: PATIENCE_MS,
        });
      }
      // One that is stopped just then leaves to the next to find what the signal has done.
      expect((await task()).detail).toMatch(/^(stopped after its time limit of 4 s|exit 143)/);
      expect((await starts()).filter((word) => word === 'endless')).toHaveLength(1);
    });

    it('ends with its whole process tree when it is cancelled, also what ignores the polite signal', async (context) => {
      const { world, starts } = await stage(context, 3);
      world.type('provision demo from policies case=long node=3');
      for (const machine of [0, 1, 2])
        await until(async () => (await starts(machine)).includes('long'), {
          what: `long on ${machine}`,
          withinMs: PATIENCE_MS,
        });
      await world.ask('cancel demo', /^demo cancelled: provision by/, PATIENCE_MS);
      await world.ask('run demo -- ! pgrep -f "[s]leep 31415"', /command done on 3 nodes/, PATIENCE_MS);
    });
  },
);

describeIf(sshd)('what becomes of a step that does not simply work', () => {
  it('stops the whole run where it says so', async (context) => {
    const { world, starts, put, started } = await stage(context);
    world.type('provision demo from policies case=stops');
    await started('slow');
    await started('stops');
    await put('go');
    await world.heard(/^demo failed: provision: stops/);
    expect((await starts()).sort()).toEqual(['slow', 'stops']);
  });

  it('is passed over where it says so, and the outcome tells', async (context) => {
    const { world, starts } = await stage(context);
    await world.ask(
      'provision demo from policies case=continues',
      /^demo ready in .*although continues \(exit 1: no such service\) failed/,
    );
    expect(await starts()).toEqual(['continues', 'after']);
  });

  it('is repeated when nobody knows whether it ran, if that does no harm', async (context) => {
    const { world, starts } = await stage(context);
    await world.ask('provision demo from policies case=repeats', /^demo ready in/);
    expect(await starts()).toEqual(['repeats', 'repeats', 'after']);
  });

  it('is repeated only when nothing of it runs any more, though nobody watches over it', async (context) => {
    const { world, starts } = await stage(context);
    await world.ask('provision demo from policies case=goes-on', /^demo ready in/);
    expect(await starts()).toEqual(['goes-on', 'goes-on', 'after']);
    await world.ask('run demo -- ! pgrep -f "[s]leep 31417"', /command done on 1 node/);
  });

  const orphaned = async (context: TestContext, machines = 1) => {
    const on = await stage(context, machines);
    await on.world.ask(
      `provision demo from policies case=orphan node=${machines}`,
      /^demo unknown: nobody knows whether orphan.* Look, then say: resolve demo orphan\S* done, again or failed/,
    );
    return on;
  };

  it('asks people when nobody knows, and takes done for an answer', async (context) => {
    const { world, starts } = await orphaned(context);
    await world.ask('status demo', /waits for an answer: resolve demo orphan done, again or failed/);
    await world.ask('verify demo', /demo waits for an answer about "provision demo/);
    await world.ask('retry demo', /nobody knows what became of orphan@node-1.*resolve demo orphan@node-1/is);
    await world.ask('resolve demo install done', /install is not unknown on demo.*orphan@node-1/);
    await world.ask('resolve demo orphan@node-1 done', /^demo: orphan@node-1 taken as done/);
    await world.heard(/^demo ready in/);
    expect(await starts()).toEqual(['orphan', 'after']);
  });

  it('runs it once more when people say again, and asks again if that leaves no answer either', async (context) => {
    const { world, starts } = await orphaned(context);
    await world.ask('resolve demo orphan again', /^demo: orphan@node-1 to run again/);
    await world.heard(/^demo unknown: nobody knows whether orphan@node-1/);
    expect(await starts()).toEqual(['orphan', 'orphan']);
    await world.ask('resolve demo orphan failed', /^demo: orphan@node-1 taken as failed/);
    await world.heard(/^demo failed: provision: orphan: \S+ says: it failed/);
    expect(await starts()).toEqual(['orphan', 'orphan']);
  });

  it('runs it once more only when nothing of the first time runs any more, though nobody watches over it', async (context) => {
    const { world, starts } = await stage(context);
    await world.ask('provision demo from policies case=lives', /^demo unknown: nobody knows whether lives/);
    await world.ask('resolve demo lives again', /^demo: lives@node-1 to run again/);
    await world.heard(/^demo ready in/);
    expect(await starts()).toEqual(['lives', 'lives', 'after']);
  });

  it('asks for all nodes at once, and keeps the question over a restart', async (context) => {
    const { world } = await orphaned(context, 2);
    await world.restart();
    await world.ask('resolve demo orphan@node-2 done', /^demo: orphan@node-2 taken as done/);
    await world.heard(/^demo unknown: nobody knows whether orphan@node-1/);
    await world.ask('resolve demo orphan done', /^demo: orphan@node-1 taken as done/);
    await world.heard(/^demo ready in/);
  });

  it('can be cancelled while it waits; nobody repeats it by a retry before somebody has said what became of it', async (context) => {
    const { world, starts } = await orphaned(context);
    await world.ask('cancel demo', /^demo: ending/);
    await world.heard(/^demo unknown: provision: orphan: /);
    await world.ask('retry demo', /nobody knows what became of orphan@node-1.*resolve demo orphan@node-1/s);
    await world.ask('resolve demo orphan again', /to run again/);
    await world.ask('retry demo', /^demo: going on with/);
    await world.heard(/^demo unknown: nobody knows/);
    expect(await starts()).toEqual(['orphan', 'orphan']);
  });

  it('goes on from what failed once it is mended: what is done stays done', async (context) => {
    const { world, starts, put } = await stage(context, 2);
    await put('mended');
    await world.ask(
      'provision demo from policies case=broken node=2',
      /^demo failed: provision: broken on node-2: exit 1: not mended/,
    );
    await writeFile(join(world.sshds[1]?.home ?? '', 'mended'), '');
    await world.ask('retry demo', /^demo: going on with "provision demo/);
    await world.heard(/^demo ready in/);
    expect([await starts(0), await starts(1)]).toEqual([
      ['broken', 'after'],
      ['broken', 'broken', 'after'],
    ]);
    await world.ask('retry demo', /the last run on demo succeeded/i);
  });

  it('is not done where it is done, though something ended the first look at that', async (context) => {
    const { world, starts } = await stage(context);
    await world.ask('provision demo from policies case=killed', /^demo ready in/);
    expect(await starts()).toEqual(['killed', 'killed', 'after']);
  });

  it('is not begun when it is cancelled while it is looked at whether it is done', async (context) => {
    const { world, starts, started } = await stage(context);
    world.type('provision demo from policies case=looks');
    await started('looks');
    await world.ask('cancel demo', /^demo cancelled: provision by .*; nothing of it runs any more/);
    expect(await starts()).toEqual(['looks']);
  });

  it('is looked at once, and not done where it is done, though the bot went away while it was looked at', async (context) => {
    const { world, starts, put, started } = await stage(context);
    world.type('provision demo from policies case=looks');
    await started('looks');
    await world.restart();
    await put('go');
    await world.heard(/^demo ready in/);
    expect(await starts()).toEqual(['looks', 'after']);
  });

  it('is not begun by the next bot either when it is cancelled while it is looked at', async (context) => {
    const { world, starts, started } = await stage(context);
    world.type('provision demo from policies case=looks');
    await started('looks');
    await world.restart();
    await world.ask('cancel demo', /^demo cancelled: provision by .*; nothing of it runs any more/);
    expect(await starts()).toEqual(['looks']);
    await world.ask('run demo -- ! pgrep -f "[s]leep 0.05"', /command done on 1 node/);
  });

  it('ends by a cancel when another bot had found that it is not done', async (context) => {
    const { world, starts, started } = await stage(context);
    world.type('provision demo from policies case=asks');
    await started('asked');
    await world.restart();
    await world.ask('cancel demo', /^demo cancelled: provision by .*; nothing of it runs any more/);
    expect(await starts()).toEqual(['asks', 'asked']);
    await world.ask('run demo -- ! pgrep -f "[s]leep 0.1"', /command done on 1 node/);
  });

  it('weighs more than one slot of the pool, and never more run than there are', async (context) => {
    const { world, starts } = await stage(context, 2);
    await world.ask('provision demo from policies case=governed node=2', /^demo ready in/);
    expect([await starts(0), await starts(1)]).toEqual([
      ['begin', 'end', 'after'],
      ['begin', 'end', 'after'],
    ]);
    const runs = (await (await fetch(`${world.app.url}/api/runs/1`)).json()) as {
      tasks: { step: string; startedAt: string; endedAt: string }[];
    };
    const [one, two] = runs.tasks
      .filter(({ step }) => step === 'governed')
      .sort((a, b) => a.startedAt.localeCompare(b.startedAt));
    expect(Date.parse(two?.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(one?.endedAt ?? ''));
  });
});
