import { describe, expect, it } from 'vitest';
import { createLinks } from '../../../bot/links.ts';
import { type OutcomeView, outcomeMessage } from '../../../bot/replies/outcome.ts';
import { runRow, taskRow } from '../../support/replies/rows.ts';

const links = createLinks('http://127.0.0.1:8080');

function outcome(given: Partial<OutcomeView>) {
  return outcomeMessage({
    environment: 'ex',
    run: runRow(),
    tasks: [],
    links,
    answers: [],
    facts: {},
    differences: [],
    ...given,
  });
}

describe('what a run has come to', () => {
  it('says where to look for what it names, though another came first in the plan', () => {
    const tasks = [
      taskRow('content is right', 'failed', [0, 2], { action: { kind: 'check' } }),
      taskRow('fellows are known', 'failed', [0, 1], { action: { kind: 'check' } }),
    ];
    const run = runRow({ kind: 'verify', state: 'failed', summary: 'fellows are known: exit 1 (after 2 s)' });
    const { text, buttons = [] } = outcome({ run, tasks });
    expect(text).toMatch(/^ex failed: verify: fellows are known.* Look: logs ex fellows/);
    expect(buttons.map(({ command }) => command)).toContain('logs ex fellows');
  });

  it('does not tell of a cancelled check twice that it was cancelled', () => {
    const check = (title: string, detail: string) =>
      taskRow(title, 'cancelled', [0, 2], { action: { kind: 'check' }, detail });
    const tasks = [check('one', 'cancelled'), check('two', 'cancelled before it was begun')];
    const { blocks } = outcome({ run: runRow({ kind: 'verify', state: 'cancelled', summary: null }), tasks });
    expect(blocks?.[0]).toMatchObject({
      rows: [
        ['one', 'cancelled', ''],
        ['two', 'cancelled', 'before it was begun'],
      ],
    });
  });

  it('offers the way back only from what differs from the baseline', () => {
    const differences = [
      { node: 'node-1', topic: 'users', key: 'bob', left: null, right: '1000', weight: 1 },
    ] as const;
    const compared = (other: string) =>
      outcome({ run: runRow({ kind: 'diff', detail: { other } }), differences });
    expect(compared('baseline').text).toMatch(/ Back to it: reset ex$/);
    expect(compared('baseline').blocks?.[0]).toMatchObject({ columns: ['node', 'what', 'baseline', 'now'] });
    expect(compared('other').text).not.toContain('reset');
    expect(compared('other').blocks?.[0]).toMatchObject({ columns: ['node', 'what', 'other', 'ex'] });
  });
});
