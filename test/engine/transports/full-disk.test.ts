import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection } from '../../../engine/transport.ts';
import { createSshTransport } from '../../../engine/transports/ssh.ts';
import { describeIf, needAll, needHost } from '../../support/needs.ts';
import { needSshd, startSshd, type TestSshd } from '../../support/sshd.ts';

describeIf(needAll(needHost({ root: true }), await needSshd()))('a node whose disk is full', () => {
  let dir: string;
  let sshd: TestSshd;
  let connection: Connection;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'deployday-disk-'));
    await mkdir(join(dir, 'disk'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'deployday-test', join(dir, 'disk')]);
    sshd = await startSshd({ env: { DEPLOYDAY_STATE: join(dir, 'disk', 'tasks') } });
    connection = await createSshTransport().connect(sshd.endpoint, { timeoutMs: 10_000 });
  });
  afterAll(async () => {
    connection?.close();
    await sshd?.stop();
    execFileSync('umount', ['-l', join(dir, 'disk')]);
    await rm(dir, { recursive: true });
  });

  const run = async (id: string, script: string) => {
    let text = '';
    const outcome = await connection.run({ id, script, env: { DISK: join(dir, 'disk') } }, 0, (chunk) => {
      text += chunk.toString('latin1');
    });
    return { outcome, text };
  };

  test('keeps the exit code of a task that fills it, and says where output is missing', async () => {
    const { outcome, text } = await run('filler', 'echo begin; head -c 3000000 /dev/zero; echo end; exit 7');
    expect(outcome).toEqual({ state: 'finished', exitCode: 7 });
    expect(text).toMatch(/^begin\n\0+\n\[deployday\] output is missing here: .*\n$/);
    await connection.forget(['filler']);
  });

  test('also when a daemon keeps the pipe open', async () => {
    const { outcome, text } = await run('daemon', 'sleep 300 & head -c 3000000 /dev/zero; exit 8');
    expect(outcome).toEqual({ state: 'finished', exitCode: 8 });
    expect(text).toMatch(/output is missing here/);
    expect(await connection.kill('daemon', 0)).toMatchObject({ left: [] });
    await connection.forget(['daemon']);
  });

  test('starts nothing, says so, and works again when there is room', async () => {
    const filling = run('full', 'head -c 2000000 /dev/zero >"$DISK/big" 2>/dev/null; echo full');
    expect((await filling).outcome).toEqual({ state: 'finished', exitCode: 0 });
    const task = { id: 'none', script: 'echo never; : >/tmp/never-$$'.padEnd(20_000), env: {} };
    await expect(connection.run(task, 0, () => {})).rejects.toMatchObject({
      fault: 'protocol',
      message: /the task was not started: .* is the disk full\?/,
    });
    expect(await connection.follow('none', 0, () => {})).toEqual({ state: 'absent' });
    await rm(join(dir, 'disk', 'big'));
    expect((await run('none', 'echo now')).text).toBe('now\n');
  });
});
