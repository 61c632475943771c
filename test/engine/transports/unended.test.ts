import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openNodeLink } from '../../../engine/node-link.ts';
import type { Connection, Endpoint } from '../../../engine/transport.ts';
import { taskShell, unendedQuestion } from '../../../engine/transports/supervisor/questions.ts';

const SHELLS = [
  { program: '/bin/sh', words: ['-s'] },
  { program: 'busybox', words: ['sh', '-s'] },
  { program: 'bash', words: ['--posix', '-s'] },
].filter(({ program }) => spawnSync(program, { input: '' }).error === undefined);

it.each(SHELLS)('$program tells which tasks of a name have no end on record', async ({ program, words }) => {
  const dir = await mkdtemp(join(tmpdir(), 'deployday-unended-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  await mkdir(join(dir, 'task'));
  const begun = (on: string) => `+ 1 ${on} nonce 150 .\n`;
  const records = {
    'k-1-ended': `${begun(boot)}= 0 .\n`,
    'k-1-forgotten': '- .\n',
    'k-1-going': `${begun(boot)}${' '.repeat(80)}\n`,
    'k-1-prepared': `${' '.repeat(127)}\nscript\n`,
    'k-1-rebooted': begun('another-boot'),
    'k-1-torn': '',
    'k-11-going': begun(boot),
  };
  for (const [id, text] of Object.entries(records)) await writeFile(join(dir, 'task', id), text);
  const { stdout, stderr } = spawnSync(program, words, {
    input: `${taskShell('t')}${unendedQuestion('t1', 'k-1-')}${unendedQuestion('t2', 'nothing-')}`,
    env: { ...process.env, DEPLOYDAY_STATE: dir },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout.split('\n').slice(1)).toEqual([
    't1 unended k-1-going',
    't1 unended k-1-prepared',
    't1 done',
    't2 done',
    '',
  ]);
});

it('what has not ended is ended also for who cancels, and by nobody who has lost the run', async () => {
  const killed: string[] = [];
  const connection = {
    mark: 'node.boot',
    unended: async (prefix: string) => [`${prefix}2`, `${prefix}3`],
    async kill(id: string) {
      killed.push(id);
      return { left: id.endsWith('3') ? ['7 sleep'] : [], exitCode: null, byItself: false };
    },
    close() {},
  } as unknown as Connection;
  const open = (mayStart: () => Promise<void>) =>
    openNodeLink({
      transport: { connect: async () => connection },
      endpoint: async () => ({}) as Endpoint,
      mayStart,
    });
  const lost = open(() => Promise.reject(new Error('somebody else has it')));
  await expect(lost.clearAll('k-1-', AbortSignal.abort())).rejects.toThrow('somebody else has it');
  expect(killed).toEqual([]);
  const held = open(async () => {});
  expect(await held.clearAll('k-1-', AbortSignal.abort())).toEqual({ state: 'cleared', left: ['7 sleep'] });
  expect(killed).toEqual(['k-1-2', 'k-1-3']);
});
