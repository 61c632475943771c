import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'vite';
import { sharedCache } from './here.ts';

export interface Owner {
  /** Resolves when the process has said the word. */
  said(word: 'prepared' | 'created'): Promise<void>;
  /** Kills it as hard as can be. */
  kill(): Promise<void>;
}

/** owner.ts as a program, which any number of owners are started from. */
export interface OwnerProgram {
  /** Starts it as a process of its own. */
  start(dir: string, names: readonly string[]): Owner;
  remove(): Promise<void>;
}

export async function buildOwner(): Promise<OwnerProgram> {
  const folder = resolve(import.meta.dirname, '../../../../.cache');
  await mkdir(folder, { recursive: true });
  const outDir = await mkdtemp(join(folder, 'owner-')); // inside the checkout, so that it finds node_modules
  const entry = resolve(import.meta.dirname, 'owner.ts');
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: entry,
      outDir,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'owner.mjs' } },
    },
  });
  return {
    start: (dir, names) => startOwner([join(outDir, 'owner.mjs'), dir, sharedCache, ...names]),
    remove: () => rm(outDir, { recursive: true, force: true }),
  };
}

function startOwner(words: readonly string[]): Owner {
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const heard = new Set<string>();
  const lines = createInterface({ input: child.stdout }).on('line', (line) => heard.add(line));
  return {
    async said(word) {
      while (!heard.has(word)) await Promise.race([once(lines, 'line'), failOnExit(child)]);
    },
    async kill() {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null;
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function failOnExit(child: ChildProcess): Promise<never> {
  const [code, signal] = await once(child, 'exit');
  throw new Error(`owner process ended with ${code ?? signal}`);
}
