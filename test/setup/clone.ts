import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const repository = join(import.meta.dirname, '..', '..');
const COPIED = [
  'setup',
  'package.json',
  'package-lock.json',
  '.npmrc',
  'tsconfig.json',
  'tsconfig.build.json',
];

export interface Clone {
  readonly root: string;
  write(file: string, text: string): Promise<void>;
  remove(): Promise<void>;
}

/** A clone with this repository's set-up and packages, but a program of its own. */
export async function makeClone(main: string): Promise<Clone> {
  const root = await mkdtemp(join(tmpdir(), 'clone-'));
  for (const name of COPIED) await cp(join(repository, name), join(root, name), { recursive: true });
  await symlink(join(repository, 'node_modules'), join(root, 'node_modules'));
  const write = async (file: string, text: string) => {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  };
  await write('bot/main.ts', main);
  return { root, write, remove: () => rm(root, { recursive: true, force: true }) };
}

export interface Started {
  readonly pid: number;
  readonly output: () => { out: string; err: string };
  /** Fulfilled when the program has written a line that matches. */
  line(pattern: RegExp): Promise<RegExpMatchArray>;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Starts a command in a process group of its own, as a shell does, and without what npm told us in our environment. */
export function start(cwd: string, command: string, words: readonly string[]): Started {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const child = spawn(command, words, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  const waiting = new Set<() => void>();
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((done) => {
    child.once('close', (code, signal) => done({ code, signal }));
  });
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text;
  });
  const line = (pattern: RegExp) =>
    new Promise<RegExpMatchArray>((found, missed) => {
      const look = () => {
        const match = out.match(pattern);
        if (!match) return;
        waiting.delete(look);
        found(match);
      };
      waiting.add(look);
      look();
      void ended.then(() => {
        look();
        missed(new Error(`it ended without a line ${pattern}: ${out}${err}`));
      });
    });
  return { pid: child.pid as number, output: () => ({ out, err }), line, ended };
}
