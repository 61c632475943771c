import { createLinks } from '../../../bot/links.ts';
import type { Run, TaskRow } from '../../../db/runs.ts';
import type { RunToDraw } from '../../../pictures/run-view.ts';
import { after, checkRow, nodeRow, runRow, taskRow } from './rows.ts';

/** A run that provisions: as it goes on, when it is over, and as it failed. */

export const links = createLinks('https://day.example.org');
export const NODES = ['controller', 'compute-1', 'compute-2'].map((name, at) => nodeRow(name, at + 1));

const PACKAGES = 'packages installed, nothing started';
const DATABASE = 'MariaDB with a database per service';

export const going: readonly TaskRow[] = [
  ...NODES.map((_, at) => taskRow('machine started', 'done', [0, 2 + at], { nodeId: at + 1 })),
  ...NODES.map((_, at) => taskRow(PACKAGES, 'done', [4, 32 + at], { nodeId: at + 1 })),
  taskRow(DATABASE, 'running', [35]),
  taskRow('Keystone: identity', 'waiting'),
  taskRow('Glance: images', 'waiting'),
];

export const over: readonly TaskRow[] = [
  ...going.slice(0, 6),
  taskRow(DATABASE, 'done', [35, 41]),
  taskRow('Keystone: identity', 'done', [41, 47]),
  taskRow('Glance: images', 'done', [47, 50]),
  checkRow(
    'Keystone issues a token',
    'done',
    'token from http://10.121.248.12:5000/v3: user admin, project admin',
  ),
  checkRow('an image goes up and comes back the same', 'done', '300000 bytes up and down: sha512 0b09c4ac'),
];

export const failed: readonly TaskRow[] = [
  ...over.slice(0, 7),
  taskRow('Keystone: identity', 'failed', [41, 44], {
    exitCode: 1,
    detail: 'exit 1: Access denied for user keystone@localhost',
  }),
  taskRow('Glance: images', 'skipped'),
  checkRow('Keystone issues a token', 'failed', 'connection refused at http://10.121.248.12:5000/v3'),
];

export function toDraw(run: Run, tasks: readonly TaskRow[]): RunToDraw {
  const iso = (date: Date | null) => date?.toISOString() ?? null;
  return {
    id: run.id,
    environment: 'ex',
    kind: run.kind,
    state: run.state,
    createdAt: run.createdAt.toISOString(),
    startedAt: iso(run.startedAt),
    endedAt: iso(run.endedAt),
    tasks: tasks.map(({ step, title, nodeId, state, startedAt, endedAt }) => ({
      step,
      title,
      node: NODES[(nodeId ?? 0) - 1]?.name ?? null,
      state,
      startedAt: iso(startedAt),
      endedAt: iso(endedAt),
    })),
  };
}

export const RUNNING = runRow({ state: 'running', endedAt: null });
export const FAILED = runRow({
  state: 'failed',
  summary: 'Keystone: identity failed on controller: exit 1: Access denied for user keystone@localhost',
  endedAt: after(52),
});
