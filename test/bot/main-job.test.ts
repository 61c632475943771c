import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeIf } from '../support/needs.ts';
import { needSshd } from '../support/sshd.ts';
import { openWorld, type World } from '../support/world.ts';

const blueprints = [join(import.meta.dirname, 'blueprints')];
const sshd = await needSshd();

describeIf(sshd)('the main job, typed in the terminal', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ machines: 3, blueprints });
  });
  afterAll(() => world?.close());

  it('answers what there is before anything is made', async () => {
    await world.ask('envs', /no environments yet.*provision demo from/i);
    await world.ask('pool', /rack.*3/);
    await world.ask('blueprints', /trial/);
    await world.ask('whoami', /console:local.*admin/);
  });

  it('shows a plan and changes nothing', async () => {
    await world.ask(
      'provision demo from trial plan',
      /demo would be made from trial in pool rack: node-1 on r1/,
    );
    await world.heard(/password\s+\*{4}/);
    await world.ask('envs', /no environments yet/i);
  });

  it('provisions, and says at once what was started and then how it ended', async () => {
    await world.ask(
      'provision demo from trial node=2 greeting="hi there"',
      /^demo: provisioning … watch http/,
    );
    await world.heard(/^demo ready in .*: 2 checks passed, baseline kept/);
    await world.ask('status demo', /^demo: ready, from trial in pool rack/);
    await world.heard(/node-2\s+r2\s+127\.0\.0\.1\s+up/);
    expect(await readFile(join(world.sshds[0]?.home ?? '', 'trial/greeting'), 'utf8')).toBe('hi there\n');
  });

  it('serves the same to the API', async () => {
    const answer = await fetch(`${world.app.url}/api/environments/demo`);
    expect(await answer.json()).toMatchObject({
      name: 'demo',
      blueprint: 'trial',
      state: 'ready',
      nodes: [
        { name: 'node-1', role: 'node', address: '127.0.0.1', state: 'up' },
        { name: 'node-2', role: 'node', address: '127.0.0.1', state: 'up' },
      ],
    });
  });

  it('keeps output, with the secret masked', async () => {
    await world.ask('logs demo/node-1 write', /^demo: the last line of/);
    expect(await world.heard(/wrote on node-1/)).toContain('password ****');
    await world.ask('logs demo/nope', /demo has no node nope, .* its nodes: node-1, node-2/);
  });

  it('says how many nodes a blueprint takes', async () => {
    await world.ask('provision many from trial node=99', /node=99: trial takes 1 to 4 nodes/);
  });

  it('verifies with evidence', async () => {
    await world.ask('verify demo', /^demo: verifying/);
    await world.heard(/^demo verified in .*: 2 checks passed/);
    await world.heard(/the greeting is there\s+passed on 2\s+hi there/);
  });

  it('runs a command on every node and folds equal answers', async () => {
    await world.ask('run demo -- cat "$HOME/trial/greeting"', /^demo: command done on 2 nodes/);
    await world.heard(/^all 2 nodes/);
    await world.heard(/hi there/);
    await world.ask('run demo/node-2 -- exit 7', /^demo: command failed on 1 of 1 node/);
    await world.heard(/node-2 \(exit 7\)/);
  });

  it('inspects', async () => {
    await world.ask('inspect demo', /^demo inspected: 2 nodes/);
    await world.ask('inspect demo/node-1 trial', /^demo inspected: trial/);
    await world.heard(/node-1\s+greeting\s+hi there/);
    await world.ask('inspect demo nothing', /^There is no topic nothing — topics: os, .*, trial$/);
  });

  // These nodes are this very host, on which other tests go on: other things may differ as well. That nothing else is
  // named is seen in the lab (main-job.system.test.ts).
  it('names what was changed', async () => {
    await world.ask('diff demo', /^demo (does not differ|differs)/);
    expect(world.transcript()).not.toMatch(/trial: greeting/);
    await writeFile(join(world.sshds[1]?.home ?? '', 'trial/greeting'), 'spoilt\n');
    await world.ask('diff demo baseline', /^demo differs from baseline in \d+ places?, first: /);
    await world.heard(/node-2\s+trial: greeting\s+hi there\s+spoilt/);
    await world.ask(
      'verify demo',
      /^demo failed: verify: the greeting is there on node-2: expected .*spoilt.*look at: the file/,
    );
  });

  it('resets by teardown where the pool keeps no disks', async () => {
    await world.ask('reset demo', /^demo: resetting/);
    await world.heard(/^demo reset to baseline in .*: 2 checks passed/);
    expect(await readFile(join(world.sshds[1]?.home ?? '', 'trial/greeting'), 'utf8')).toBe('hi there\n');
  });

  it('refuses what the pool cannot do, in one line', async () => {
    await world.ask(
      'provision big from trial node=2',
      /pool rack is full: big needs 2 more, 1 of 3 machines are free; held by demo — ask who uses demo, then free it: destroy demo/,
    );
    await world.ask(
      'provision big from trial node=4',
      /pool rack has 3 machines in all: big would need 4 — ask for fewer nodes/,
    );
    await world.ask('exit', /no command "exit": where the bot runs in your terminal, Ctrl-C ends it/);
    await world.ask('reset demo to lunch', /demo has no snapshot lunch — it has: baseline/);
  });

  it('answers mistakes with the right form', async () => {
    await world.ask('provison demo from trial', /did you mean provision/i);
    await world.ask('verify dmo', /no environment dmo — did you mean demo\?/i);
    await world.ask('provision x from trail', /no blueprint trail — did you mean trial\?/i);
    await world.ask('provision x', /no environment x yet, so it needs a blueprint — provision x from trial/i);
    await world.ask('provision demo color=red', /color/);
    await world.ask('verify', /environment/);
    await world.ask('diff demo other', /no snapshot other, and there is no other environment/);
  });

  it('tells a failed step with its reason and where to look, and goes on after it is mended', async () => {
    await world.ask(
      'provision solo from trial mode=bad',
      /^solo failed: provision: finished: exit 3: cannot frobnicate .*Look: logs solo finish · again: retry solo/,
    );
    await world.ask('diff solo', /solo has no baseline/);
    // Who mends it through the bot has not lost the way back.
    await world.ask('run solo -- true', /^solo: command done/);
    await world.ask('retry solo', /^solo failed: provision: finished: exit 3/);
    await world.ask('provision solo mode=good', /^solo ready in/);
    // What failed before that, and what people tried by hand, is not done again by a word said later.
    await world.ask('run solo -- echo again >>"$HOME/tried"; exit 1', /^solo: command failed/);
    await world.ask('run solo -- cat "$HOME/tried"', /^solo: command done/);
    await world.ask('retry solo', /the last run on solo succeeded/i);
    await world.ask('run solo -- wc -l <"$HOME/tried"', /^\s+1$/);
  });

  it('masks a secret that somebody types', async () => {
    await world.ask('provision solo mode=good password=swordfish99', /^solo ready in/);
    const runs = await (await fetch(`${world.app.url}/api/environments/solo`)).text();
    expect(runs).toContain('provision solo mode=good password=****');
    expect(runs).not.toContain('swordfish99');
    await world.ask('run solo -- echo it is swordfish99', /^\s+it is \*{4}/);
  });

  it('refuses a second run while one goes on, and cancels it', async () => {
    await world.ask('provision solo mode=waits', /^solo: provisioning/);
    await world.ask(
      'verify solo',
      /solo is busy: console started "provision solo mode=waits" — wait for its outcome, or: cancel solo/,
    );
    await world.ask('cancel solo', /^solo: ending "provision solo mode=waits"/);
    await world.heard(/^solo cancelled: provision by console/);
    await world.ask('cancel solo', /nothing is running on solo/i);
  });

  it('gives the machines back', async () => {
    await world.ask('destroy solo', /^solo destroyed/);
    await world.ask('destroy demo', /^demo destroyed/);
    await world.ask('pool rack', /rack: 3 of 3 machines free/);
    await world.ask('status demo', /no environment demo/i);
  });
});
