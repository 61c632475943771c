import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CommandShape } from '../../../adapters/adapter.ts';
import { commandLine } from '../../../adapters/command-line.ts';
import { meaningOf, type SortedVerb } from '../../../bot/command/meaning.ts';
import { parse } from '../../../bot/command/parse.ts';
import { COMMANDS } from '../../../bot/command/registry.ts';
import { commandShapes } from '../../../bot/command/shapes.ts';
import type { ArgumentSpec, CommandSpec } from '../../../bot/command/spec.ts';
import { readWords } from '../../../bot/command/words.ts';

const nothing = { environments: [], blueprints: [], pools: [] };
const shapes = commandShapes();
const RESERVED = ['baseline', 'from', 'to', 'plan', 'every'];

const menus = COMMANDS.map((spec, at) => ({ verb: spec.verb, spec, shape: shapes[at] as CommandShape }));

describe.each(menus)('the menu of $verb', ({ spec, shape }) => {
  test('can be shown by every service', () => {
    expect(shape.verb).toBe(spec.verb);
    const names = shape.options.map((option) => option.name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, summary } of shape.options) {
      expect(name).toMatch(/^[a-z0-9-]{1,32}$/);
      expect(summary).not.toBe('');
    }
  });
});

// What reads its words by itself is in day.test.ts.
describe.each(menus.filter(({ spec }) => spec.reads === null))('the menu of $verb', ({ spec, shape }) => {
  test('means what is typed: its options, joined to a line, are the command', () => {
    fc.assert(
      fc.property(filledIn(spec), ({ given, rest, flags, settings }) => {
        const values: Record<string, string> = { ...given };
        for (const flag of flags) values[flag] = flag;
        if (rest !== null) values.command = rest;
        if (spec.settings !== null) {
          values.settings = Object.entries(settings)
            .map(([key, value]) => `${key}=${value}`)
            .join(' ');
        }
        expect(parse(commandLine(shape, values), nothing)).toEqual({
          ok: true,
          command: meaningOf(spec.verb as SortedVerb, {
            values: given,
            flags: new Set(flags),
            settings,
            rest,
          }),
        });
      }),
    );
  });
});

/** What somebody may fill in: every required option, and some of the others. */
function filledIn(spec: CommandSpec) {
  const required = spec.arguments.filter((argument) => argument.required).map(({ name }) => name);
  const given = fc
    .record(Object.fromEntries(spec.arguments.map((argument) => [argument.name, value(argument)])), {
      requiredKeys: required,
    })
    .map((values): Record<string, string> => ({ ...values }));
  return fc.record({
    given,
    flags: fc.subarray(spec.flags.map(({ name }) => name)),
    settings:
      spec.settings === null
        ? fc.constant({})
        : fc.dictionary(fc.stringMatching(/^k[a-z0-9_]{0,10}$/), fc.stringMatching(/^[A-Za-z0-9.:/]{1,10}$/)),
    rest:
      spec.rest === null
        ? fc.constant(null)
        : fc.string({ minLength: 1 }).map((text) => `x${text.replaceAll('\0', '')}`.trim()),
  });
}

function value({ kind, choices, most = 10_000 }: ArgumentSpec): fc.Arbitrary<string> {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/).filter((text) => !RESERVED.includes(text));
  if (kind === 'count') return fc.integer({ min: 1, max: most }).map(String);
  if (choices) return fc.constantFrom(...choices);
  if (kind === 'task')
    return fc.oneof(
      name,
      fc.tuple(name, name).map((parts) => parts.join('@')),
    );
  if (kind === 'duration') return fc.constantFrom('1m', '30m', '1h30m', '1d');
  if (kind === 'verb') return fc.constantFrom(...COMMANDS.map((spec) => spec.verb));
  if (kind === 'node')
    return fc.oneof(
      name,
      fc.tuple(name, name).map((parts) => parts.join('/')),
    );
  return name;
}

test('a value after key= is one word, whatever it holds', () => {
  const shape: CommandShape = {
    verb: 'provision',
    summary: '',
    options: [{ name: 'motd', summary: '', required: false, completes: false, join: 'motd={}' }],
  };
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(text.trim() !== '');
      const { words } = readWords(commandLine(shape, { motd: text }));
      expect(words.map((word) => word.text)).toEqual(['provision', `motd=${text.trim()}`]);
    }),
  );
});
