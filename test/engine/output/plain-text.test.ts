import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainText } from '../../../engine/output/plain-text.ts';

test.each([
  ['\x1b[31mred\x1b[0m and \x1b[1;4mbold\x1b[m', 'red and bold'],
  ['\x1b]0;title\x07text', 'text'],
  ['\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\', 'link'],
  ['10 %\r50 %\r100 %', '100 %'],
  ['downloading\rdone', 'doneloading'],
  ['downloading\r\x1b[Kdone', 'done'],
  ['downloading\x1b[2K\rdone', 'done'],
  ['downloading\r           \rdone', 'done'],
  ['wait |\b/\b-\b\\', 'wait \\'],
  ['100 %\r', '100 %'],
  ['NUL\0 shows nothing', 'NUL shows nothing'],
  ['ends as on Windows\r', 'ends as on Windows'],
  ['tab\tstays', 'tab\tstays'],
  ['user\u202egpj.exe', 'usergpj.exe'],
  ['<b>&amp; stays text</b>', '<b>&amp; stays text</b>'],
  ['cut off \x1b[', 'cut off '],
])('%j is shown as %j', (printed, shown) => {
  expect(plainText(printed)).toBe(shown);
});

const piece = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '\x1b',
    '\x1b[',
    '\x1b]',
    '\x1bP',
    '\x9b',
    '\x07',
    '\r',
    '\x1b\\',
    '31m',
    '\u202e',
    '\u2028',
  ),
);

test('no control character survives, whatever is printed', () => {
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const shown = plainText(pieces.join(''));
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(shown).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/);
    }),
  );
});

test('printable text stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'aZ09 äß漢🙂<>&"[]\\;') }), (text) => {
      expect(plainText(text)).toBe(text);
    }),
  );
});
