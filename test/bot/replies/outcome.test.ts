import { describe, expect, it } from 'vitest';
import { createLinks } from '../../../bot/links.ts';
import { type OutcomeView, outcomeMessage } from '../../../bot/replies/outcome.ts';
import { nodeNames } from '../../../engine/node-names.ts';
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
    nodeNames: nodeNames([
      { id: 1, name: 'controller', role: 'controller' },
      { id: 2, name: 'compute-1', role: 'compute' },
      { id: 3, name: 'compute-2', role: 'compute' },
    ]),
    hasBaseline: true,
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
    expect(text).toMatch(
      /^ex failed: verify: fellows are known.* Look: logs ex fellows, diff ex · again: verify ex\./,
    );
    expect(outcome({ run, tasks, hasBaseline: false }).text).toMatch(
      / Look: logs ex fellows · again: verify ex\./,
    );
    expect(buttons.map(({ command }) => command)).toContain('logs ex fellows');
  });

  it('says whether the baseline is the first or was put in place of another', () => {
    const ready = (detail: Record<string, string>) => outcome({ run: runRow({ detail }) }).text;
    expect(ready({})).toMatch(/^ex ready in 58 s, baseline kept\. /);
    expect(ready({ inPlaceOf: '12' })).toMatch(/^ex ready in 58 s, baseline replaced\. /);
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

  it('names the node of a check where its role has several', () => {
    const asked = (step: string, nodeId: number, state: 'done' | 'failed', detail: string) =>
      taskRow(step, state, [0, 1], { step, nodeId, detail, action: { kind: 'check' } });
    const tasks = [
      asked('token', 1, 'done', 'a token'),
      asked('agent', 2, 'done', 'it runs'),
      asked('agent', 3, 'failed', 'exit 1'),
      asked('image', 2, 'done', 'the same'),
      asked('image', 3, 'done', 'the same'),
      asked('net', 2, 'failed', 'exit 2'),
      asked('net', 3, 'failed', 'exit 2'),
    ];
    const { blocks } = outcome({ run: runRow({ kind: 'verify', state: 'failed' }), tasks });
    expect(blocks?.[0]).toMatchObject({
      rows: [
        ['agent', 'failed on compute-2', 'exit 1'],
        ['net', 'failed on compute-1, compute-2', 'exit 2'],
        ['token', 'passed', 'a token'],
        ['agent', 'passed on compute-1', 'it runs'],
        ['image', 'passed on 2', 'the same'],
      ],
    });
  });
});
