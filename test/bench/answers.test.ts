import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mustAnswer, readTagged } from '../../bench/contender.ts';

const line = fc.string({ unit: fc.constantFrom('a', ' ', ':', 'ä') });
const output = fc.array(line, { minLength: 1, maxLength: 5 });

describe('what contenders must have answered', () => {
  it('is read back from tagged lines, however the nodes are mixed', () => {
    fc.assert(
      fc.property(output, output, (one, two) => {
        const text = [
          ...one.map((words, i) => `n1: ${words}\n${two[i] === undefined ? '' : `n2: ${two[i]}\n`}`),
          ...two.slice(one.length).map((words) => `n2: ${words}\n`),
        ].join('');
        const answers = readTagged(text, ': ');
        mustAnswer(new Map([['n1', answers.get('n1') ?? []]]), ['n1'], one);
        mustAnswer(new Map([['n2', answers.get('n2') ?? []]]), ['n2'], two);
      }),
    );
  });

  const expected = ['first', 'second'];
  const right = ['first', 'second'];

  it.each([
    ['a line is missing at the end', ['first'], /n2: line 2 is "nothing"/],
    ['a line is missing before', ['second'], /n2: line 1 is "second"/],
    ['lines are in another order', ['second', 'first'], /n2: line 1/],
    ['a line comes twice', ['first', 'second', 'second'], /n2: 3 lines, expected 2/],
    ['a line was changed', ['first', 'second '], /n2: line 2 is "second "/],
  ])('is refused when %s', (_, lines, why) => {
    const answers = new Map([
      ['n1', right],
      ['n2', lines],
    ]);
    expect(() => mustAnswer(answers, ['n1', 'n2'], expected)).toThrow(why);
  });

  it('is refused when somebody else answered, or somebody did not', () => {
    const answers = new Map([
      ['n1', right],
      ['n2', right],
    ]);
    mustAnswer(answers, ['n1', 'n2'], expected);
    expect(() => mustAnswer(answers, ['n1'], expected)).toThrow('n2');
    expect(() => mustAnswer(answers, ['n1', 'n2', 'n3'], expected)).toThrow('n3');
  });
});
