import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JOURNAL } from './blueprint.ts';
import type { Machine } from './machine.ts';

/** What a step's script wrote down on its machine. */
export interface Entry {
  /** The name of its state directory: run, task and attempt. */
  readonly task: string;
  readonly attempt: number;
  readonly step: string;
  readonly node: string;
  readonly what: 'begin' | 'fail' | 'ok' | 'found';
  /** Of `found`: the file that it came after, and the SHA-256 of what was there of it. */
  readonly copy?: string;
  readonly sha256?: string;
}

/** Whether the attempt has come to its end with that. */
export const isEnd = ({ what }: Entry): boolean => what === 'fail' || what === 'ok';

export async function readJournal(machine: Machine): Promise<Entry[]> {
  const text = await readFile(join(machine.site.home, JOURNAL), 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [task = '', step = '', node = '', what = '', copy = '', sha256 = ''] = line.split(' ');
      const entry = { task, attempt: Number(task.split('-').at(-1)), step, node };
      if (what === 'found') return { ...entry, what, copy, sha256 };
      if (what !== 'begin' && what !== 'fail' && what !== 'ok') throw new Error(`a torn journal: ${line}`);
      return { ...entry, what };
    });
}
