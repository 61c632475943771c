import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandLine } from '../../../adapters/command-line.ts';
import type { Command } from '../../../bot/command/command.ts';
import { parse } from '../../../bot/command/parse.ts';
import { specOf } from '../../../bot/command/registry.ts';
import { commandShapes } from '../../../bot/command/shapes.ts';

const nothing = { environments: [], blueprints: [], pools: [] };

function understood(line: string): Command {
  const parsed = parse(line, nothing);
  if (!parsed.ok) throw new Error(`"${line}": ${parsed.problem.message}`);
  return parsed.command;
}

const problem = (line: string) => {
  const parsed = parse(line, nothing);
  return parsed.ok ? parsed.command : [parsed.problem.message, parsed.problem.suggestion];
};

describe('words of people’s own', () => {
  test.each([
    ['agenda', { do: 'show' }],
    ['agenda add OVN or Linux bridge?', { do: 'add', title: 'OVN or Linux bridge?', where: {} }],
    [
      'agenda add at=14:00 Bob\'s "Glance" talk place="blue room" who=bob',
      { do: 'add', title: 'Bob\'s "Glance" talk', where: { at: '14:00', place: 'blue room', who: 'bob' } },
    ],
    ['agenda add what does debug=true do', { do: 'add', title: 'what does debug=true do', where: {} }],
    ['AGENDA Vote #3', { do: 'vote', number: 3 }],
    ['agenda move 3 at=“after lunch”', { do: 'move', number: 3, where: { at: 'after lunch' } }],
    ['note', { do: 'show' }],
    [
      "note don't reset ex -- it's Bob's",
      { do: 'add', text: "don't reset ex -- it's Bob's", decision: false },
    ],
    ['note Decision: OVN', { do: 'add', text: 'OVN', decision: true }],
    ['note decision making is hard', { do: 'add', text: 'decision making is hard', decision: false }],
    ['note one\n  two\u202Ethree\u0007', { do: 'add', text: 'one twothree', decision: false }],
    ['todo', { do: 'show' }],
    [
      'todo add check the docs for errors',
      {
        do: 'add',
        text: 'check the docs for errors',
        for: { name: 'errors', text: 'check the docs' },
      },
    ],
    [
      'todo add fix it for "Ann Lee"',
      { do: 'add', text: 'fix it for "Ann Lee"', for: { name: 'Ann Lee', text: 'fix it' } },
    ],
    ['todo add fix it', { do: 'add', text: 'fix it', for: null }],
    ['todo done 12', { do: 'done', number: 12 }],
    ['todo give 2 to Ann Lee', { do: 'give', number: 2, person: 'Ann Lee' }],
    ['pin', { do: 'show' }],
    ['pin https://x.org/?a=b&c="d"', { do: 'add', text: 'https://x.org/?a=b&c="d"' }],
    ['pin drop 2', { do: 'drop', number: 2 }],
    ['pin drop everything you hold', { do: 'add', text: 'drop everything you hold' }],
    ['vote', { do: 'show', number: null }],
    ['vote 2', { do: 'show', number: 2 }],
    ['vote 2 13:00', { do: 'cast', number: 2, choice: '13:00' }],
    ['vote drop 2', { do: 'drop', number: 2 }],
    [
      'vote Lunch when? | 12:00|13:00 until 1h30m',
      { do: 'ask', question: 'Lunch when?', options: ['12:00', '13:00'], openMs: 5_400_000 },
    ],
    [
      'vote How long? | until five | until six |',
      { do: 'ask', question: 'How long?', options: ['until five', 'until six'], openMs: 600_000 },
    ],
  ])('%s', (line, act) => {
    const { verb, act: read } = understood(line) as { verb: string; act: unknown };
    expect(verb).toBe(line.split(/\s/)[0]?.toLowerCase());
    expect(read).toEqual(act);
  });

  test.each(['note --help', 'vote ?', 'agenda -h', 'todo -?'])('%s shows help', (line) => {
    expect(understood(line)).toMatchObject({ verb: 'help', topic: line.split(' ')[0] });
  });
});

describe('what means nothing is answered with why, and the nearest right line', () => {
  test.each([
    ['agenda Neutron', /agenda has no "neutron": it has add/, 'agenda add Neutron'],
    ['agenda ad Neutron', /agenda has no "ad"/, 'agenda add Neutron'],
    ['agenda add place=blue', /the topic is missing/, null],
    ['agenda add x at=1 at=2', /at= is given twice/, null],
    [`agenda add ${'x'.repeat(121)}`, /has 121 characters; at most 120 fit/, null],
    ['agenda vote', /agenda vote needs a number: agenda lists them/, null],
    ['agenda vote 3 please', /takes one number, not "3 please"/, 'agenda vote 3'],
    ['agenda move 3', /needs at least one of at=, place=, who=/, null],
    ['note decision:', /the decision is missing/, null],
    ['todo fix it', /todo has no "fix"/, 'todo add fix it'],
    ['todo give 3', /needs a number and a person: todo give 3 bob/, null],
    ['vote Shall we?', /needs a question and its options/, 'vote Shall we? | yes | no'],
    ['vote | a | b', /the question before the first \| is missing/, null],
    ['vote q | a', /at least two options/, null],
    ['vote q | a || b', /option 2 is missing/, null],
    ['vote q | Yes | yes', /"yes" is there twice/, null],
    ['vote q | a | b until 15', /"15" has no unit/, 'vote q | a | b until 10m'],
    ['vote q | a | b until 2d', /open for 1s to 24h/, 'vote q | a | b until 10m'],
    [`vote q | ${Array.from({ length: 11 }, (_, at) => at).join('|')}`, /at most 10 options/, null],
  ])('%s', (line, message, suggestion) => {
    expect(problem(line)).toEqual([expect.stringMatching(message), suggestion]);
  });
});

test('a text arrives as it was typed, but for its spaces', () => {
  const words = fc.array(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 }), {
    minLength: 1,
  });
  fc.assert(
    fc.property(words, (parts) => {
      const text = parts.join(' ').replace(/\s+/g, ' ').trim();
      fc.pre(text !== '' && text.length <= 500 && !/^(--help|-h|-?\?)$|^decision\s*:/i.test(text));
      expect(understood(`note ${text}`)).toEqual({ verb: 'note', act: { do: 'add', text, decision: false } });
    }),
  );
});

test('what is filled into a menu is what is meant', () => {
  const shape = (verb: string) => {
    const found = commandShapes().find((each) => each.verb === verb);
    if (!found) throw new Error(verb);
    return found;
  };
  const menu = (verb: string, values: Record<string, string>) =>
    understood(commandLine(shape(verb), values)) as { act: unknown };
  const quoted = fc.string({ unit: 'grapheme-ascii', maxLength: 40 }).map((text) => text.trim());
  fc.assert(
    fc.property(quoted, quoted, (at, place) => {
      fc.pre([at, place].every((text) => text !== '' && !/\s\s/.test(text)));
      const { act } = menu('agenda', { action: 'add', topic: "Ann's topic", at, place });
      expect(act).toEqual({ do: 'add', title: "Ann's topic", where: { at, place } });
    }),
  );
  expect(menu('agenda', { action: 'vote', number: '3' }).act).toEqual({ do: 'vote', number: 3 });
  expect(menu('todo', { action: 'give', number: '3', text: 'bob' }).act).toMatchObject({
    number: 3,
    person: 'bob',
  });
  expect(menu('vote', { words: 'q | a | b', until: '15m' }).act).toMatchObject({
    question: 'q',
    openMs: 900_000,
  });
  expect(menu('vote', { number: '1', words: 'b' }).act).toEqual({ do: 'cast', number: 1, choice: 'b' });
  expect(specOf('vote').usage).toMatch(/^vote \[/);
});
