import { expect, test } from 'vitest';
import type { Run, TaskRow } from '../../db/runs.ts';
import type { RunState } from '../../db/schema.ts';
import { nodeNames } from '../../engine/node-names.ts';
import { summarise } from '../../engine/run-turns.ts';

const task = (state: TaskRow['state']) =>
  ({
    state,
    step: 'install',
    title: 'install',
    action: { kind: 'facts' },
    detail: null,
  }) as unknown as TaskRow;
const NODES = nodeNames([
  { id: 1, name: 'controller', role: 'controller' },
  { id: 2, name: 'compute-1', role: 'compute' },
  { id: 3, name: 'compute-2', role: 'compute' },
]);
const run = (cancelledBy: string | null) => ({ cancelledBy }) as Run;
const summary = (state: RunState, tasks: TaskRow['state'][], by: string | null) =>
  summarise(tasks.map(task), state, run(by), '3 s', NODES);

test('a run that was done before its cancel came is not told as one that somebody ended', () => {
  expect(summary('succeeded', ['done'], 'bob')).toBe(
    'in 3 s; bob asked for its end when there was nothing left to do',
  );
  expect(summary('succeeded', ['done'], null)).toBe('in 3 s');
  expect(summary('cancelled', ['done', 'cancelled'], 'bob')).toMatch(/^by bob, after 3 s; /);
});

test('every step that failed and was passed over is named, with why', () => {
  const passed = (title: string, detail: string | null) =>
    ({ ...task('failed'), title, detail, onFailure: 'continue', endedAt: null }) as TaskRow;
  const told = (...tasks: TaskRow[]) => summarise(tasks, 'succeeded', run(null), '3 s', NODES);
  const tools = passed('tools', 'exit 1: no such package');
  expect(told(tools)).toBe('in 3 s, although tools (exit 1: no such package) failed');
  expect(told(tools, tools, passed('docs', null))).toBe(
    'in 3 s, although tools (exit 1: no such package) and docs failed',
  );
  const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((title) => passed(title, null));
  expect(told(...many)).toBe('in 3 s, although a, b, c, d, e and 2 more failed');
});

const check = (title: string, nodeId: number, second: number) =>
  ({
    ...{ ...task('failed'), step: title, title, nodeId, detail: 'exit 1' },
    ...{ action: { kind: 'check' }, endedAt: new Date(second * 1_000) },
  }) as TaskRow;
const failed = (...tasks: TaskRow[]) => summarise(tasks, 'failed', run(null), '3 s', NODES);

test('what failed is told with its node where the role has several, and with how many more nodes', () => {
  expect(failed(check('token', 1, 1))).toBe('token: exit 1 (after 3 s)');
  expect(failed(check('agent', 2, 1))).toBe('agent on compute-1: exit 1 (after 3 s)');
  expect(failed(check('agent', 2, 2), check('agent', 3, 1))).toBe(
    'agent on compute-2 and 1 more: exit 1 (after 3 s)',
  );
});

test('of several checks that failed it is told how many, and the first', () => {
  expect(failed(check('token', 1, 3), check('agent', 2, 2), check('agent', 3, 1), check('image', 1, 4))).toBe(
    '3 checks failed, first: agent on compute-2 and 1 more: exit 1 (after 3 s)',
  );
  // A step that failed is why the checks did not come to it, or failed: they are not counted in its place.
  expect(failed({ ...check('keystone', 1, 1), action: { kind: 'script' } }, check('token', 1, 2))).toBe(
    'keystone: exit 1 (after 3 s)',
  );
});
