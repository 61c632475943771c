import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secretPatterns } from '../../engine/mask/patterns.ts';
import { createSplitLines } from '../../engine/mask/split.ts';
import { createMasker } from '../../engine/mask.ts';
import { plainText } from '../../engine/output/plain-text.ts';
import { decode } from '../../engine/output/shown-line.ts';

const SECRET = 's3cr3tValue42';
const patterns = secretPatterns([SECRET]);

/** What is stored of these chunks. */
function stored(chunks: readonly Buffer[]): Buffer {
  const split = createSplitLines(patterns);
  const masker = createMasker(patterns);
  const parts = chunks.map((chunk) => masker.push(split.push(chunk)));
  return Buffer.concat([...parts, masker.push(split.flush()), masker.flush()]);
}
function alone(bytes: Buffer): Buffer {
  const masker = createMasker(patterns);
  return Buffer.concat([masker.push(bytes), masker.flush()]);
}
const shown = (bytes: Buffer) => decode(bytes).split('\n').map(plainText).join('\n');

const removed = fc.constantFrom(
  ...[
    '\x1b[0m',
    '\x1b[1;31m',
    '\x1b[K',
    '\x1b]0;title\x07',
    '\x1b(B',
    '\x00',
    '\x07',
    '\x7f',
    '\u200e',
    '\x9b1m',
  ],
);
const around = fc.stringMatching(/^[a-z =.:]{0,30}$/);

/** The bytes, cut at these places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort(
    (one, other) => one - other,
  );
  return [...at, bytes.length].map((end, i) => bytes.subarray(at[i - 1] ?? 0, end));
}

describe('a secret that characters split which are not shown', () => {
  it.each([
    ['by a colour', `pw ${SECRET.slice(0, 6)}\x1b[0m${SECRET.slice(6)} end\n`, 'pw **** end\n'],
    ['by many', `${[...SECRET].join('\x1b[1m')}\n`, '****\n'],
    ['by a backspace', `${SECRET.slice(0, 4)}x\b${SECRET.slice(4)}\n`, '****\n'],
    ['in a line without an end', `${SECRET.slice(0, 4)}\x1b[0m${SECRET.slice(4)}`, '****'],
    ['in a progress bar', `a\r${SECRET.slice(0, 4)}\x1b[0m${SECRET.slice(4)}\rb\n`, 'b***\n'],
  ])('is masked where it is split %s', (_, text, expected) => {
    expect(shown(stored([Buffer.from(text)]))).toBe(expected);
  });

  it('is not to be seen, wherever it is split and however its output is cut', () => {
    fc.assert(
      fc.property(
        ...([
          around,
          around,
          fc.array(fc.tuple(fc.nat(SECRET.length), removed), { minLength: 1, maxLength: 6 }),
        ] as const),
        fc.array(fc.nat(200), { maxLength: 5 }),
        (before, after, splits, places) => {
          const parts = [...SECRET];
          for (const [at, text] of splits) parts[at] = text + (parts[at] ?? '');
          const text = Buffer.from(`first\n${before}${parts.join('')}${after}\nlast\n`);
          const said = shown(stored(cut(text, places)));
          expect(said).not.toContain(SECRET);
          expect(said).toMatch(/^first\n[^\n]*\nlast\n$/);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is not to be seen in a line that is longer than what is kept back of one, wherever that is cut', () => {
    const parts = [SECRET.slice(0, 3), SECRET.slice(3, 8), SECRET.slice(8)];
    for (const size of [1_000, 4_096, 8_192, 20_000]) {
      // Where chunks end, and where the eight KiB that are kept back do.
      const ends = [8_192, Math.ceil(8_193 / size) * size, Math.ceil(16_385 / size) * size];
      for (const before of ends.flatMap((end) => Array.from({ length: 24 }, (_, at) => end - 24 + at))) {
        const line = `${'x'.repeat(before)}${parts.join('\x1b[1m')}${'y'.repeat(5_000)}${parts.join('\x1b[1m')}z\n`;
        const bytes = Buffer.from(line);
        const places = Array.from({ length: Math.floor(bytes.length / size) }, (_, at) => (at + 1) * size);
        const said = shown(stored(cut(bytes, places)));
        expect(said, `${before} in chunks of ${size}`).not.toContain(SECRET);
        expect(said.split('****')).toHaveLength(3);
      }
    }
  });

  it('changes nothing else: all other output is stored as the masker leaves it, byte for byte', () => {
    const piece = fc.oneof(around, removed, fc.constantFrom('\n', '\r', '\r\n', '\b', SECRET, 's3cr', 'é…'));
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.array(fc.nat(400), { maxLength: 6 }),
        (pieces, places) => {
          const bytes = Buffer.from(pieces.join('\x1b[0m').replaceAll('s3cr\x1b[0m', ''));
          const plain = shown(alone(bytes));
          fc.pre(
            alone(Buffer.from(plain.replaceAll('\r', '\n'))).toString() === plain.replaceAll('\r', '\n'),
          );
          expect(stored(cut(bytes, places))).toEqual(alone(bytes));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('does not keep back for long what goes on for ever', () => {
    const split = createSplitLines(patterns);
    let given = 0;
    for (let frame = 0; frame < 2_000; frame += 1) {
      given += split.push(Buffer.from('\x1b[1G| working')).length;
      expect(split.held).toBeLessThanOrEqual(9 * 1024);
    }
    expect(given).toBeGreaterThan(10 * 1024);
    expect(split.push(Buffer.from('\rdone\n')).toString()).toMatch(/working\rdone\n$/);
    expect(split.held).toBe(0);
  });
});
