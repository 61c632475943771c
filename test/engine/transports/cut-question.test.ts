import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentText, runQuestion, taskShell } from '../../../engine/transports/supervisor/questions.ts';

const SHELLS = [
  { program: '/bin/sh', words: ['-s'] },
  { program: 'busybox', words: ['sh', '-s'] },
  { program: 'bash', words: ['--posix', '-s'] },
].filter(({ program }) => spawnSync(program, { input: '' }).error === undefined);

describe.each(SHELLS)('$program', ({ program, words }) => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'deployday-cut-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  /** What the shell takes in before its input ends; returns when it and all that it has started are over. */
  const told = (text: string) =>
    spawnSync(program, words, {
      input: taskShell('t') + text,
      env: { ...process.env, DEPLOYDAY_STATE: join(dir, 'state') },
      timeout: 10_000,
    });

  it('starts nothing where the connection was lost in the middle of the question', async () => {
    const ran = join(dir, 'ran');
    const script = `echo "it's $A and $B" >>'${ran}'`;
    const environment = environmentText({ A: 'all', B: "one's own" });
    const question = runQuestion('t', 'nonce', 'task', 0, script, environment);
    for (let length = 0; length < question.length - 1; length += 1) {
      told(question.slice(0, length));
      const records = await readdir(join(dir, 'state', 'task'));
      expect([length, existsSync(ran), records]).toEqual([length, false, []]);
    }
    told(question);
    expect(await readFile(ran, 'utf8')).toBe("it's all and one's own\n");
  });
});
