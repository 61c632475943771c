import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain, plainLine } from '../../../adapters/render/plain.ts';
import { splitBytes } from '../../../adapters/render/split.ts';
import { tableLines } from '../../../adapters/render/table.ts';
import { utcTimes } from '../../../adapters/render/times.ts';
import { characters, clip, width, wrap } from '../../../adapters/render/width.ts';

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.lorem());

describe('plain text', () => {
  it('keeps what can be read and shows the rest as pictures', () => {
    expect(plain('a\tb\r\nc\rd\u2028e')).toBe('a\tb\nc\nd\ne');
    expect(plain('\x1b[1;31mred\x1b[0m \x9b32mgreen')).toBe('red green');
    expect(plain('\x1b]0;title\x07 \x08\x7f\x9b2J')).toBe('␛]0;title␇ ␈␡\ufffd2J');
    expect(plain('nul\0 \u202eright to left')).toBe('nul right to left');
    expect(plainLine(' two\n\tlines ')).toBe('two lines');
  });

  it('never leaves a control character or half a character', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const result = plain(text);
        expect(result).not.toMatch(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u);
        expect(Buffer.from(result).toString()).toBe(result);
        expect(plain(result)).toBe(result);
      }),
    );
  });
});

describe('splitting by bytes', () => {
  it('loses nothing, keeps to the limit, and cuts no character that fits', () => {
    fc.assert(
      fc.property(anyText.map(plainLine), fc.integer({ min: 4, max: 60 }), (line, limit) => {
        const pieces = splitBytes(line, limit);
        expect(pieces.join('')).toBe(line);
        for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(limit);
        const parts = [...characters(line)].flatMap((each) =>
          Buffer.byteLength(each) > limit ? [...each] : [each],
        );
        const ends = new Set(parts.map((_, at) => parts.slice(0, at + 1).join('').length));
        for (const [at] of pieces.entries()) expect(ends).toContain(pieces.slice(0, at + 1).join('').length);
      }),
    );
  });

  it('prefers to end after a space', () => {
    expect(splitBytes('provision demo from hello', 12)).toEqual(['provision ', 'demo from ', 'hello']);
    expect(splitBytes('', 12)).toEqual([]);
  });
});

describe('widths', () => {
  it('counts wide characters twice and marks not at all', () => {
    expect(width('e\u0301検🚀')).toBe(5);
    expect(clip('検証検証', 5)).toBe('検証…');
    expect(clip('abc', 3)).toBe('abc');
    expect(wrap('検証a', 3)).toEqual(['検', '証a']);
    expect(wrap('', 3)).toEqual(['']);
  });
});

describe('points in time', () => {
  it('are told as people read them, in UTC', () => {
    const now = new Date('2026-11-28T10:00:00Z');
    expect(utcTimes('held until 2026-11-28T18:00Z, since 2026-11-27T09:05:07.120Z.', now)).toBe(
      'held until 18:00 UTC, since 27 Nov 09:05:07 UTC.',
    );
    expect(utcTimes('2027-01-01T00:00Z', now)).toBe('1 Jan 2027 00:00 UTC');
    expect(utcTimes('x2026-11-28T18:00Z 2026-13-28T18:00Z 2026-11-28', now)).toBe(
      'x2026-11-28T18:00Z 2026-13-28T18:00Z 2026-11-28',
    );
  });
});

describe('tables', () => {
  it('align, give way where they are too wide, and keep each row on one line', () => {
    const table = {
      type: 'table' as const,
      columns: ['a', 'long'],
      rows: [['1', 'x'.repeat(20)], ['two\nlines']],
    };
    expect(tableLines(table)).toEqual(['a          long', `1          ${'x'.repeat(20)}`, 'two lines']);
    expect(tableLines(table, 20)).toEqual(['a          long', '1          xxxxxxxx…', 'two lines']);
    expect(tableLines({ type: 'table', columns: [], rows: [] })).toEqual(['']);
    fc.assert(
      fc.property(
        fc.array(fc.array(anyText, { minLength: 3, maxLength: 3 }), { minLength: 1 }),
        ([columns = [], ...rows]) => {
          for (const line of tableLines({ type: 'table', columns, rows }, 40)) {
            expect(line).not.toContain('\n');
            expect(width(line)).toBeLessThanOrEqual(40);
          }
        },
      ),
    );
  });
});
