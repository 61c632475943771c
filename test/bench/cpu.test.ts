import { spawn, spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it, type TestContext } from 'vitest';
import { createCgroupMeter } from '../../bench/cpu/cgroups.ts';
import type { CpuMeter } from '../../bench/cpu/meter.ts';
import { until } from '../support/until.ts';

const meters: CpuMeter[] = [];
afterEach(async () => {
  for (const meter of meters.splice(0)) await meter.remove();
});

async function openMeter({ skip }: TestContext): Promise<CpuMeter> {
  const meter = await createCgroupMeter(`deployday-bench-test-${process.pid}`);
  if (!meter) return skip('no cgroup can be made here');
  meters.push(meter);
  return meter;
}

function run(command: readonly string[]): void {
  const [program = '', ...words] = command;
  expect(spawnSync(program, words).status).toBe(0);
}

const BUSY = 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done';

describe('a group of processes', () => {
  it('counts what its processes used and those that they waited for, and nobody else', async (context) => {
    const meter = await openMeter(context);
    const [busy, other] = [await meter.group('busy', 'client'), await meter.group('other', 'client')];
    const alone = await busy.seconds();
    run(busy.wrap(['sh', '-c', BUSY]));
    const once = (await busy.seconds()) - alone;
    run(busy.wrap(['sh', '-c', `sh -c '${BUSY}'; sh -c '${BUSY}'; sh -c '${BUSY}'`]));
    const children = (await busy.seconds()) - alone - once;
    expect(once).toBeGreaterThan(0.005);
    expect(children).toBeGreaterThan(1.5 * once);
    expect(await other.seconds()).toBeLessThan(once / 2);
  });

  it('knows its processes, takes in others, and ends them when it goes', async (context) => {
    const meter = await openMeter(context);
    const group = await meter.group('sleepers', 'client');
    const [program = '', ...words] = group.wrap(['sleep', '600']);
    const inside = spawn(program, words);
    const outside = spawn('sleep', ['600']);
    const pids = [inside.pid as number, outside.pid as number];
    await until(async () => (await group.pids()).length === 1, { what: 'the sleeper in the group' });
    await group.adopt([outside.pid as number]);
    expect((await group.pids()).sort()).toEqual(pids.sort());
    await meter.remove();
    // Not `exit` of one and then the other: both may have ended by now.
    await until(() => [inside, outside].every((child) => child.signalCode === 'SIGKILL'), {
      what: 'the end of both sleepers',
    });
  });
});
