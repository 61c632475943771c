import { expect, test } from 'vitest';
import { consoleLines } from '../../../adapters/console/lines.ts';
import { ircLines } from '../../../adapters/irc/lines.ts';
import type { OutgoingMessage } from '../../../adapters/message.ts';

const table = { type: 'table', columns: ['check', 'result'], rows: [['token', 'passed']] } as const;
const message = (blocksAre: NonNullable<OutgoingMessage['blocksAre']>): OutgoingMessage => ({
  text: 'ex ready',
  blocks: [table],
  blocksAre,
});

test.each([
  ['more', ['ex ready', 'check  result', 'token  passed'], ['ex ready', 'check  result', 'token  passed']],
  ['restated', ['ex ready'], ['check  result', 'token  passed']],
  ['background', ['ex ready'], ['ex ready', 'check  result', 'token  passed']],
] as const)('blocks that are %s', (blocksAre, irc, terminal) => {
  expect(ircLines(message(blocksAre), 400)).toEqual(irc);
  expect(consoleLines(message(blocksAre), 80)).toEqual(terminal);
});

test('who has to do something is called by nick, where the text does not do so', () => {
  const mention = 'irc:lab/bob';
  expect(ircLines({ text: 'demo: Bob, it is your turn', mention }, 400)).toEqual([
    'demo: Bob, it is your turn',
  ]);
  expect(ircLines({ text: 'demo: bobby, it is your turn', mention }, 400)).toEqual([
    'bob: demo: bobby, it is your turn',
  ]);
});
