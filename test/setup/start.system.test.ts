import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Clone, makeClone, type Started, start } from './clone.ts';

/** Tells its pid and arguments and waits for a signal, or ends with the given code. */
const MAIN = `
const words: string[] = process.argv.slice(2);
if (words[0] === 'exit') process.exitCode = Number(words[1]);
else if (words[0] === 'throw') throw new Error('broken on purpose');
else {
  const timer = setInterval(() => {}, 1000);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => { console.log('ended by', signal); clearInterval(timer); });
  }
}
console.log('main', process.pid, JSON.stringify(words));
`;

let clone: Clone;
const running: Started[] = [];

beforeAll(async () => {
  clone = await makeClone(MAIN);
  await clone.write('db/migrations/0000_first.sql', 'select 1;');
  await clone.write('db/old.ts', 'export const old = true;\n');
});

afterEach(async () => {
  for (const each of running.splice(0)) {
    try {
      process.kill(-each.pid, 'SIGKILL');
    } catch {} // gone already, as it should be
    await each.ended;
  }
});

afterAll(() => clone.remove());

function run(command: string, ...words: string[]): Started {
  const started = start(clone.root, command, words);
  running.push(started);
  return started;
}

async function isGone(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return state === undefined || / Z /.test(state);
}

describe('npm start', () => {
  test('builds first, says so, and hands over arguments and exit code', async () => {
    const first = run('npm', 'start', '--', 'exit', '7', '--config', 'a b');
    expect(await first.line(/^main \d+ (.*)$/m)).toMatchObject({ 1: '["exit","7","--config","a b"]' });
    expect(await first.ended).toMatchObject({ code: 7 });
    expect(first.output().err).toContain('Building…');
    expect(existsSync(join(clone.root, 'dist', 'db', 'migrations', '0000_first.sql'))).toBe(true);
  });

  test('does nothing but start when nothing has changed', async () => {
    const began = performance.now();
    const again = run('node', 'setup/start.js', 'exit', '0');
    await again.line(/^main/m);
    const milliseconds = performance.now() - began;
    expect(await again.ended).toMatchObject({ code: 0 });
    expect(again.output().err).toBe('');
    // Measured 90 ms on an idle machine, node's own 40 among them; the limit allows for a busy one.
    expect(milliseconds).toBeLessThan(1500);
  });

  test('builds again when a source changes or goes', async () => {
    await clone.write('bot/main.ts', MAIN.replace("'main'", "'main changed'"));
    await rm(join(clone.root, 'db', 'old.ts'));
    const changed = run('node', 'setup/start.js', 'exit', '0');
    await changed.line(/^main changed/m);
    await changed.ended;
    expect(existsSync(join(clone.root, 'dist', 'db', 'old.js'))).toBe(false);
  });

  test('stops with the compiler’s message when a source is wrong, and keeps the last good build', async () => {
    await clone.write('bot/main.ts', `${MAIN}\nconst n: number = 'text';\nconsole.log(n);\n`);
    const wrong = run('node', 'setup/start.js', 'exit', '0');
    expect(await wrong.ended).toMatchObject({ code: 1 });
    expect(wrong.output().err).toMatch(/bot\/main\.ts\(\d+,\d+\): error TS2322/);
    expect(wrong.output().err).toContain('tsc failed, see above');
    expect(existsSync(join(clone.root, 'dist', 'bot', 'main.js'))).toBe(true);
    await clone.write('bot/main.ts', MAIN);
  });

  test('a crash of the program shows its TypeScript lines and a failing exit code', async () => {
    const crashed = run('node', 'setup/start.js', 'throw');
    expect(await crashed.ended).toMatchObject({ code: 1 });
    expect(crashed.output().err).toMatch(/broken on purpose[\s\S]*bot\/main\.ts:4/);
  });
});

describe('signals', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s to npm alone reaches the program', async (signal) => {
    const npm = run('npm', 'start');
    const [, pid] = await npm.line(/^main (\d+)/m);
    process.kill(npm.pid, signal);
    await npm.line(new RegExp(`ended by ${signal}`));
    await npm.ended;
    expect(await isGone(Number(pid))).toBe(true);
  });

  test('Ctrl-C, a SIGINT to everything in the terminal, ends everything', async () => {
    const npm = run('npm', 'start');
    const [, pid] = await npm.line(/^main (\d+)/m);
    process.kill(-npm.pid, 'SIGINT');
    await npm.line(/ended by SIGINT/);
    await npm.ended;
    expect(await isGone(Number(pid))).toBe(true);
  });

  test('kill -9 of npm leaves no orphan', async () => {
    const npm = run('npm', 'start');
    await npm.line(/^main (\d+)/m);
    process.kill(npm.pid, 'SIGKILL');
    await npm.line(/ended by SIGTERM/);
    await npm.ended; // also: nobody holds its output open any more
  });
});
