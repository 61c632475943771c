import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../engine/transport.ts';
import { createSshTransport } from '../../engine/transports/ssh.ts';
import { describeIf, needHost } from '../support/needs.ts';
import { until } from '../support/until.ts';
import { type Machine, startMachine } from './machine.ts';

const need = needHost({ root: true, mounts: true, commands: ['sshd', 'unshare'] });

/** What the rounds rely on: that these machines fail as real ones do. */
describeIf(need)('a machine of the rounds', () => {
  let machine: Machine;
  const open: Connection[] = [];
  beforeAll(async () => {
    machine = await startMachine();
  });
  afterAll(async () => {
    for (const connection of open) connection.close();
    await machine?.stop();
  });

  const connect = async () => {
    const endpoint = { ...machine.site.endpoint, port: machine.proxy.port };
    const connection = await createSshTransport().connect(endpoint, { timeoutMs: 10_000 });
    open.push(connection);
    return connection;
  };
  const start = async (id: string, script: string) => {
    let text = '';
    const outcome = (await connect()).run({ id, script, env: {} }, 0, (chunk) => {
      text += chunk.toString();
    });
    outcome.catch(() => {});
    return { outcome, text: () => text };
  };
  const isUp = (task: { text(): string }) =>
    until(() => task.text() === 'up\n', { what: 'the task to start' });

  it('without sshd goes on with its tasks', async () => {
    const task = await start(
      'goes-on',
      'echo up; while [ ! -e "$HOME/go" ]; do sleep 0.02; done; touch "$HOME/gone"',
    );
    await isUp(task);
    await machine.killSshd();
    await expect(task.outcome).rejects.toMatchObject({ fault: 'lost' });
    expect((await machine.processes()).filter((each) => each.task === 'goes-on')).not.toEqual([]);
    await machine.startSshd();
    await (await connect()).kill('goes-on', 0);
    await until(async () => (await machine.processes()).every((each) => each.task !== 'goes-on'), {
      what: 'it to end',
    });
  });

  it('has rebooted when its power was cut: nothing of a task is left but its files', async () => {
    const task = await start('cut-off', 'echo up; sleep 300');
    await isUp(task);
    await machine.cutPower();
    await machine.boot();
    expect(await machine.processes()).toEqual([]);
    const outcome = await (await connect()).follow('cut-off', 3, () => {});
    expect(outcome).toEqual({ state: 'unknown', why: expect.stringMatching(/rebooted/) });
  });

  it('whose disk was wiped knows nothing', async () => {
    await machine.cutPower();
    await machine.wipe();
    await machine.boot();
    expect(await (await connect()).follow('cut-off', 0, () => {})).toEqual({ state: 'absent' });
  });

  it('has a disk that can be full', async () => {
    await machine.cutPower();
    await machine.boot({ disk: 1 << 20 });
    await machine.fillDisk(50_000);
    const full = await start('full', 'head -c 100000 /dev/zero | tr "\\0" x; exit 4');
    expect(await full.outcome).toEqual({ state: 'finished', exitCode: 4 });
    expect(full.text()).toMatch(/output is missing here/);
    await machine.freeDisk();
    const free = await start('free', 'head -c 100000 /dev/zero | tr "\\0" x; exit 4');
    await free.outcome;
    expect(free.text()).toHaveLength(100_000);
    expect((await machine.tasks()).sort()).toEqual(['free', 'full']);
  });
});
