import { readFile, rm } from 'node:fs/promises';
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
  readonly what: 'begin' | 'fail' | 'ok';
}

export async function readJournal(machine: Machine): Promise<Entry[]> {
  const text = await readFile(join(machine.site.home, JOURNAL), 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [task = '', step = '', node = '', what = ''] = line.split(' ');
      if (what !== 'begin' && what !== 'fail' && what !== 'ok') throw new Error(`a torn journal: ${line}`);
      return { task, attempt: Number(task.split('-').at(-1)), step, node, what };
    });
}

export const dropJournal = (machine: Machine) => rm(join(machine.site.home, JOURNAL), { force: true });
