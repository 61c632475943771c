import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, pieces } from '../../../adapters/discord/render/cut.ts';
import { escaped } from '../../../adapters/discord/render/escape.ts';
import { plain } from '../../../adapters/render/plain.ts';

const ROOM = 40;
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\n',
        '\n\n',
        '*'.repeat(50),
        'word '.repeat(20),
        '👩‍👩‍👧‍👦',
        '```',
        `e${'\u0301'.repeat(90)}`,
      ),
    ),
  )
  .map((parts) => plain(parts.join('')));

describe('a text in pieces', () => {
  it('has room for each, and loses nothing', () => {
    fc.assert(
      fc.property(text, (whole) => {
        const all = [...pieces(whole, ROOM, escaped)];
        for (const piece of all) {
          expect(escaped(piece).length).toBeLessThanOrEqual(ROOM);
          expect(piece).not.toMatch(/\p{Surrogate}/u);
        }
        expect(all.join('\n').replaceAll('\n', '')).toBe(whole.replaceAll('\n', ''));
      }),
    );
  });

  it('is cut within a line only where the line is too long', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z ]{0,40}$/)), (lines) => {
        const all = [...pieces(lines.join('\n'), ROOM, escaped)];
        expect(all.join('\n')).toBe(lines.join('\n'));
      }),
    );
  });

  it('cuts no character that readers see as one', () => {
    const family = '👩‍👩‍👧‍👦';
    for (const piece of pieces(family.repeat(20), ROOM, escaped))
      expect(piece.replaceAll(family, '')).toBe('');
  });

  it('tells whether its first is all', () => {
    expect(cut('one\ntwo', 7, String)).toEqual({ head: 'one\ntwo', all: true });
    expect(cut('one\ntwo', 6, String)).toEqual({ head: 'one', all: false });
    expect(cut('', 6, String)).toEqual({ head: '', all: true });
  });

  it('takes little time for much text', () => {
    const before = performance.now();
    cut('*'.repeat(5_000_000), 2_000, escaped);
    cut('> '.repeat(2_000_000), 2_000, escaped);
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});
