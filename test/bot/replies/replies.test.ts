import { describe, expect, it } from 'vitest';
import { parse } from '../../../bot/command/parse.ts';
import { createLinks } from '../../../bot/links.ts';
import { endedBoard } from '../../../bot/replies/board.ts';
import { outcomeMessage } from '../../../bot/replies/outcome.ts';
import { boardBlock, ganttBlock } from '../../../bot/replies/run-picture.ts';
import { statusBoard } from '../../../bot/replies/status.ts';
import type { RunState } from '../../../db/schema.ts';
import { nodeNames } from '../../../engine/node-names.ts';
import { REPLIES } from '../../support/replies/replies.ts';
import { environmentRow, nodeRow, runRow, taskRow } from '../../support/replies/rows.ts';

const names = { environments: ['ex', 'demo', 'zed'], blueprints: ['hello', 'essex'], pools: ['lab'] };
const links = createLinks('https://day.example.org');
const replyOf = (name: string) => REPLIES.find((reply) => reply.name === name)?.message;

describe('a reply', () => {
  it.each(REPLIES.map(({ name, message }) => [name, message] as const))(
    '%s says it all in its text',
    (_, message) => {
      expect(message.text.trim()).not.toBe('');
      // Short in a channel: a few lines, and nothing that is only in the blocks is announced without a way to it.
      expect(message.text.split('\n').length).toBeLessThanOrEqual(8);
      for (const line of message.text.split('\n')) expect(line.length).toBeLessThanOrEqual(400);
    },
  );

  it('has buttons that are commands', () => {
    const buttons = REPLIES.flatMap(({ message }) => message.buttons ?? []);
    expect(buttons.length).toBeGreaterThan(8);
    for (const { command } of buttons)
      expect(parse(command, names as never), command).toMatchObject({ ok: true });
  });

  it.each([
    ['board', 'board', 'busy'],
    ['board-ended', 'board', 'good'],
    ['outcome-good', 'outcome', 'good'],
    ['outcome-bad', 'outcome', 'bad'],
    ['diff', 'outcome', undefined],
    ['command', 'outcome', 'good'],
    ['question', 'question', 'waiting'],
    ['approval', 'question', 'waiting'],
    ['refusal', 'refusal', undefined],
    ['refusal-lease', 'refusal', undefined],
    ['refusal-typo', 'refusal', undefined],
    ['status', undefined, 'busy'],
    ['logs', undefined, undefined],
  ])('%s is a %s, and its mood is %s', (name, kind, mood) => {
    expect(replyOf(name)?.kind).toBe(kind);
    expect(replyOf(name)?.mood).toBe(mood);
  });
});

describe('an outcome', () => {
  it.each<[RunState, string | undefined]>([
    ['succeeded', 'good'],
    ['failed', 'bad'],
    ['broke', 'bad'],
    ['unknown', 'waiting'],
    ['cancelled', undefined],
  ])('that %s has the mood %s', (state, mood) => {
    const run = runRow({ state });
    const view = {
      environment: 'ex',
      run,
      tasks: [],
      links,
      answers: [],
      facts: {},
      differences: [],
      nodeNames: nodeNames([]),
      hasBaseline: false,
    };
    expect(outcomeMessage(view).mood).toBe(mood);
  });

  it('offers the log of the step that failed, and to go on', () => {
    expect(replyOf('outcome-bad')?.buttons?.map(({ command }) => command)).toEqual([
      'logs ex keystone',
      'retry ex',
    ]);
    expect(replyOf('outcome-good')?.buttons).toBeUndefined();
    expect(replyOf('diff')?.buttons).toEqual([{ label: 'Reset', command: 'reset ex', style: 'danger' }]);
  });

  it('comes with the Gantt of the run, and what took longest in words', () => {
    expect(replyOf('outcome-good')?.blocks?.at(-1)).toEqual({
      type: 'picture',
      picture: 'run/14/gantt',
      alt: 'When each of 7 steps ran; the longest: packages installed, nothing started, 30 s',
    });
    const run = runRow();
    const small = { environment: 'ex', run, tasks: [taskRow('greet', 'done', [0, 1])], links };
    expect(
      outcomeMessage({
        ...small,
        answers: [],
        facts: {},
        differences: [],
        nodeNames: nodeNames([]),
        hasBaseline: false,
      }).blocks,
    ).toEqual([]);
  });
});

describe('pictures of a run that was cancelled', () => {
  const tasks = [
    ...['made', 'fetched'].map((title, at) => taskRow(title, at === 0 ? 'done' : 'cancelled', [at, at + 1])),
    ...['installed', 'set up', 'started', 'looked at'].map((title) => taskRow(title, 'skipped')),
  ];
  const run = runRow({ state: 'cancelled' });

  it('are captioned by what was begun, not by what was left out', () => {
    expect(boardBlock(run, tasks)).toMatchObject([{ alt: expect.stringMatching(/: 2 of 6 tasks over$/) }]);
    expect(ganttBlock(run, tasks)).toMatchObject([
      { alt: expect.stringMatching(/^When each of 2 steps ran;/) },
    ]);
  });

  it('are not drawn where nothing was begun', () => {
    expect(ganttBlock(run, tasks.slice(2).concat(tasks.slice(2)))).toEqual([]);
  });
});

describe('the status of an environment', () => {
  it('of hundreds of nodes is a few lines', () => {
    const nodes = Array.from({ length: 500 }, (_, at) =>
      nodeRow(`compute-${at + 1}`, at + 1, at === 7 ? 'broke' : 'up'),
    );
    const message = statusBoard({
      ...{ environment: environmentRow(), nodes, run: null, snapshots: [], links },
      mayBeRepaired: false,
    });
    expect(message.blocks?.[0]).toEqual({
      type: 'table',
      columns: ['role', 'state', 'nodes', 'which'],
      rows: [
        ['compute', 'up', '499', 'compute-1 … compute-500'],
        ['compute', 'broke', '1', 'compute-8'],
      ],
    });
  });

  it('shows the board of a run that goes on or did not succeed, and no other', () => {
    const tasks = ['one', 'two', 'three', 'four', 'five', 'six'].map((step) => taskRow(step, 'done', [0, 1]));
    const of = (state: RunState, endedAt: Date | null) =>
      statusBoard({
        ...{ environment: environmentRow(), nodes: [nodeRow('node', 1, 'up')], snapshots: [], links },
        run: { run: runRow({ state, endedAt }), tasks },
        mayBeRepaired: false,
      }).blocks?.map(({ type }) => type);
    for (const state of ['failed', 'broke', 'cancelled'] as const)
      expect(of(state, new Date()), state).toEqual(['table', 'picture']);
    expect(of('running', null)).toEqual(['table', 'picture']);
    expect(of('succeeded', new Date())).toEqual(['table']);
  });
});

describe('a board', () => {
  it('tells which steps were spared by a layer', () => {
    const detail = 'from layer 3f9a1c02, not run again';
    const tasks = [
      taskRow('packages', 'done', [0, 1], { detail }),
      taskRow('packages', 'done', [0, 9], { nodeId: 2, detail: '14 packages' }),
      taskRow('copied', 'done', [1, 2], { detail }),
    ];
    const [block] = endedBoard('ex', runRow(), tasks, links).blocks ?? [];
    expect(block).toMatchObject({
      rows: [
        ['packages', '2', '✓ 2 done (1 from a layer)'],
        ['copied', '1', '✓ done (from a layer)'],
      ],
    });
  });
});
