import { expect, test } from 'vitest';
import type { Run, TaskRow } from '../../db/runs.ts';
import type { RunState } from '../../db/schema.ts';
import { summarise } from '../../engine/run-turns.ts';

const task = (state: TaskRow['state']) =>
  ({
    state,
    step: 'install',
    title: 'install',
    action: { kind: 'facts' },
    detail: null,
  }) as unknown as TaskRow;
const run = (cancelledBy: string | null) => ({ cancelledBy }) as Run;
const summary = (state: RunState, tasks: TaskRow['state'][], by: string | null) =>
  summarise(tasks.map(task), state, run(by), '3 s', () => 'install@node');

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
  const told = (...tasks: TaskRow[]) => summarise(tasks, 'succeeded', run(null), '3 s', () => 'x@node');
  const tools = passed('tools', 'exit 1: no such package');
  expect(told(tools)).toBe('in 3 s, although tools (exit 1: no such package) failed');
  expect(told(tools, tools, passed('docs', null))).toBe(
    'in 3 s, although tools (exit 1: no such package) and docs failed',
  );
  const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((title) => passed(title, null));
  expect(told(...many)).toBe('in 3 s, although a, b, c, d, e and 2 more failed');
});
