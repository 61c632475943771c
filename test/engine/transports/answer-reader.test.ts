import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAnswerReader, markOf } from '../../../engine/transports/answer-reader.ts';

const MARK = 'aabaab';
const marks = (...texts: string[]) => texts.map(markOf);

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
          const end = await reader.bytes(marks(MARK), (chunk) => void got.push(chunk));
          expect({ end, text: Buffer.concat(got).toString() }).toEqual({
            end: { mark: markOf(MARK), rest: `end ${i}` },
            text,
          });
        }
        expect(await reader.line(marks(MARK))).toBeNull();
      },
    ),
  );
});

test('of two marks takes the one that comes first', async () => {
  const reader = createAnswerReader(
    Readable.from([Buffer.from('xx2222 b\n1111 a\n')], { objectMode: false }),
  );
  const skip = () => {};
  const both = marks('1111', '2222');
  expect(await reader.bytes(both, skip)).toEqual({ mark: both[1], rest: 'b' });
  expect(await reader.bytes(both, skip)).toEqual({ mark: both[0], rest: 'a' });
});

test('waits for whoever takes the bytes', async () => {
  let taking = 0;
  const chunks = Array.from({ length: 50 }, () => Buffer.from('some bytes '));
  const reader = createAnswerReader(
    Readable.from([...chunks, Buffer.from('1111 end\n')], { objectMode: false }),
  );
  await reader.bytes(marks('1111'), async () => {
    expect(++taking).toBe(1);
    await new Promise(setImmediate);
    taking--;
  });
});

test('a mark that is added meanwhile counts', async () => {
  const stream = new PassThrough();
  const reader = createAnswerReader(stream);
  const wanted = marks('1111');
  const found = reader.bytes(wanted, () => {});
  stream.write('no 2222 yet\n');
  await new Promise(setImmediate);
  wanted.push(markOf('2222'));
  stream.write('now 2222 it does\n');
  expect(await found).toEqual({ mark: wanted[1], rest: 'it does' });
});

test('ends with the stream, also in the middle of a line, and after the last bytes were taken', async () => {
  const got: string[] = [];
  const slow = async (chunk: Buffer) => {
    await new Promise(setImmediate);
    got.push(chunk.toString());
  };
  const stream = Readable.from([Buffer.from('some bytes 11')], { objectMode: false });
  expect(await createAnswerReader(stream).bytes(marks('1111'), slow)).toBeNull();
  expect(got).toEqual(['some bytes ']);
  const torn = Readable.from([Buffer.from('1111 no line end')], { objectMode: false });
  expect(await createAnswerReader(torn).line(marks('1111'))).toBeNull();
});

test('passes on the failure of whoever takes the bytes', async () => {
  const of = () =>
    createAnswerReader(Readable.from([Buffer.from('bytes 1111 end\n')], { objectMode: false }));
  const fails = () => {
    throw new Error('no room');
  };
  await expect(of().bytes(marks('1111'), fails)).rejects.toThrow('no room');
  await expect(of().bytes(marks('1111'), async () => fails())).rejects.toThrow('no room');
});
