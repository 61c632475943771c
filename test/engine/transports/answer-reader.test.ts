import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAnswerReader } from '../../../engine/transports/answer-reader.ts';

const MARK = 'aabaab';

/** Bytes that are full of beginnings of the mark, but never hold `<mark> `. */
const payload = () =>
  fc
    .array(fc.constantFrom('a', 'b', 'aab', 'aabaa', 'aabaab', ' ', '\n', '\u0000', 'ü'), { maxLength: 40 })
    .map((parts) => parts.join('').replaceAll(`${MARK} `, '-'))
    .filter((text) => !`${text}${MARK} `.slice(0, -1).includes(`${MARK} `));

test('gives exactly the bytes before the mark, however the stream is cut into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(payload(), { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
      async (texts, sizes) => {
        const stream = Buffer.from(texts.map((text, i) => `${text}${MARK} end ${i}\n`).join(''));
        const chunks: Buffer[] = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          chunks.push(stream.subarray(at, at + size));
          at += size;
        }
        const reader = createAnswerReader(Readable.from(chunks, { objectMode: false }));
        for (const [i, text] of texts.entries()) {
          const got: Buffer[] = [];
          const end = await reader.bytes(
            () => [MARK],
            (chunk) => void got.push(chunk),
          );
          expect({ end, text: Buffer.concat(got).toString() }).toEqual({
            end: { mark: MARK, rest: `end ${i}` },
            text,
          });
        }
        expect(await reader.line(MARK)).toBeNull();
      },
    ),
  );
});

test('of two marks takes the one that comes first', async () => {
  const reader = createAnswerReader(
    Readable.from([Buffer.from('xx2222 b\n1111 a\n')], { objectMode: false }),
  );
  const skip = () => {};
  expect(await reader.bytes(() => ['1111', '2222'], skip)).toEqual({ mark: '2222', rest: 'b' });
  expect(await reader.bytes(() => ['1111', '2222'], skip)).toEqual({ mark: '1111', rest: 'a' });
});

test('waits for whoever takes the bytes', async () => {
  let taking = 0;
  const chunks = Array.from({ length: 50 }, () => Buffer.from('some bytes '));
  const reader = createAnswerReader(
    Readable.from([...chunks, Buffer.from('1111 end\n')], { objectMode: false }),
  );
  await reader.bytes(
    () => ['1111'],
    async () => {
      expect(++taking).toBe(1);
      await new Promise(setImmediate);
      taking--;
    },
  );
});
