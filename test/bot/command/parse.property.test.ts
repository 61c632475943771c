import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest } from '../../../bot/command/nearest.ts';
import { parse } from '../../../bot/command/parse.ts';
import { COMMANDS } from '../../../bot/command/registry.ts';
import { quote, quoteWords, readWords } from '../../../bot/command/words.ts';

const context = { environments: ['ex', 'demo'], blueprints: ['hello', 'essex'], pools: ['lab'] };

/** Lines that look like commands, so that deep parts of the grammar are met. */
const pieces = fc.oneof(
  fc.constantFrom(...COMMANDS.map((spec) => spec.verb), ...COMMANDS.flatMap((spec) => spec.also)),
  fc.constantFrom('ex', 'ex/n1', 'Ex', 'demo', 'from', 'to', 'plan', 'baseline', 'essex', 'pool', 'lab'),
  fc.constantFrom(
    '--',
    '—',
    '–',
    '--help',
    '?',
    '-n',
    '--tail=5',
    'tail=',
    'tail=5',
    'a=b',
    '=',
    '="',
    'pool=x',
  ),
  fc.constantFrom('"', "'", '“', '”', '‘', '’', '\\', '\u00a0', '\n', '\0', '/', '!'),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);
const likeCommands = fc
  .array(fc.tuple(pieces, fc.constantFrom(' ', ' ', '  ', '')), { maxLength: 8 })
  .map((parts) => parts.flat().join(''));
const lines = fc.oneof(
  likeCommands,
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme' }),
);

test('any line gets an answer, and every suggestion is a line that parses', () => {
  fc.assert(
    fc.property(lines, (line) => {
      const parsed = parse(line, context);
      if (parsed.ok) return;
      const { message, suggestion, usage } = parsed.problem;
      expect(message).not.toMatch(/[\r\n\0]|undefined|null/);
      expect(usage).not.toBe('');
      if (suggestion !== null) expect(parse(suggestion, context).ok).toBe(true);
    }),
    { numRuns: 5_000 },
  );
});

test('quoted words are read back as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: 'binary' }), pieces)), (words) => {
      const read = readWords(quoteWords(words));
      expect(read.words.map((word) => word.text)).toEqual(words);
      expect(read).toMatchObject({ rest: null, open: null });
    }),
  );
});

test('a quoted value arrives as it is', () => {
  const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'));
  fc.assert(
    fc.property(text, (value) => {
      const parsed = parse(`provision ex note=${quote(value)}`, context);
      expect(parsed).toMatchObject({ ok: true, command: { settings: { note: value } } });
    }),
  );
});

test('a setting that is quoted as a whole is one whose value is', () => {
  const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'));
  fc.assert(
    fc.property(text, (value) => {
      const whole = parse(`provision ex ${quote(`note=${value}`)}`, context);
      expect(whole).toMatchObject({ ok: true, command: { settings: { note: value } } });
    }),
  );
});

test('what follows -- arrives as it is', () => {
  const script = fc
    .oneof(fc.string({ unit: 'binary' }), likeCommands)
    .filter((text) => text.trim() !== '' && !text.includes('\0'));
  fc.assert(
    fc.property(script, fc.constantFrom('--', '—', '–'), (text, dashes) => {
      expect(parse(`run ex ${dashes} ${text}`, context)).toMatchObject({
        ok: true,
        command: { script: text },
      });
    }),
  );
});

test('a long line is read in time that grows with its length only', () => {
  const started = performance.now();
  for (const piece of ['a ', '" ', 'a=b ', '= ', '\\', '“', '-- ', "a'", '’', 'a’ '])
    parse(`status ${piece.repeat(40_000)}`, context);
  expect(performance.now() - started).toBeLessThan(5_000);
});

test('one slip is found from either side', () => {
  const word = fc.stringMatching(/^[a-z]{3,12}$/);
  fc.assert(
    fc.property(
      word,
      fc.nat(),
      fc.constantFrom('drop', 'double', 'swap', 'change'),
      (right, position, slip) => {
        const at = position % (right.length - 1);
        const [a = '', b = ''] = right.slice(at);
        const middle = { drop: b, double: a + a + b, swap: b + a, change: `0${b}` }[slip];
        const wrong = right.slice(0, at) + middle + right.slice(at + 2);
        expect(nearest(wrong, [right])).toBe(right);
        expect(nearest(right, [wrong])).toBe(wrong);
      },
    ),
  );
});

test('what is far off is not suggested; a beginning is, if it can only be one', () => {
  expect(nearest('xyzzy', ['status', 'verify'])).toBeNull();
  expect(nearest('prov', ['provision', 'pool'])).toBe('provision');
  expect(nearest('s', ['status'])).toBeNull();
  expect(nearest('controller', ['controller-1', 'controller-2'])).not.toBeNull();
});
