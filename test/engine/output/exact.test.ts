import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maskText } from '../../../engine/mask.ts';
import { lastLines, linesAfter, type OutputLine } from '../../../engine/output/read-lines.ts';
import { decode, LONGEST_SHOWN, shownLine } from '../../../engine/output/shown-line.ts';
import { inChunks, type OutputRun, type OutputWorld, openOutputWorld } from './support.ts';

let world: OutputWorld;
beforeAll(async () => {
  world = await openOutputWorld(['one', 'two']);
});
afterAll(() => world.close());

/** Anything that a program may print, with what is hard put in often. */
const output = fc
  .array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom('\n', '\n\n', '\r\n', '\r', '\0', '\x1b[31m', ' ', 'é', '漢🙂'),
      },
      { weight: 3, arbitrary: fc.string({ maxLength: 40 }) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 30 }) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.constantFrom('x', 'é', 'ab\n', '\n'), fc.nat(80_000))
          .map(([t, n]) => t.repeat(n)),
      },
    ),
    { maxLength: 25 },
  )
  .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part as string))));
const outputs = fc.record({
  one: output,
  two: output,
  ends: fc.array(fc.nat(300_000), { maxLength: 12 }),
  /** After which chunks everything is stored before the next one comes. */
  pauses: fc.array(fc.boolean(), { minLength: 12, maxLength: 13 }),
});

interface Given {
  readonly one: Buffer;
  readonly two: Buffer;
  readonly ends: readonly number[];
  readonly pauses: readonly boolean[];
}

async function write(run: OutputRun, given: Given): Promise<void> {
  const writer = run.writer();
  const one = writer.open(run.tasks.one as number);
  const two = writer.open(run.tasks.two as number);
  const ones = inChunks(given.one, given.ends);
  const twos = inChunks(given.two, given.ends);
  for (let i = 0; i < Math.max(ones.length, twos.length); i++) {
    if (ones[i]) await one.write(ones[i]?.chunk as Buffer, ones[i]?.at as number);
    if (twos[i]) await two.write(twos[i]?.chunk as Buffer, twos[i]?.at as number);
    if (given.pauses[i]) await writer.flush();
  }
  await Promise.all([one.end(), two.end()]);
}

const linesIn = (bytes: Buffer): Buffer[] => {
  const lines = bytes.toString('latin1').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => Buffer.from(line, 'latin1'));
};

describe('whatever two nodes print, in whatever chunks', () => {
  it('the log of each is what it printed, byte for byte; its tail is its last lines', async () => {
    await fc.assert(
      fc.asyncProperty(outputs, fc.integer({ min: 1, max: 30 }), async (given, tail) => {
        const run = await world.run();
        await write(run, given);
        for (const node of ['one', 'two'] as const) {
          const log = await run.log({ node });
          expect(log.equals(given[node])).toBe(true);
          expect(await run.offset(node)).toBe(given[node].length);
          const last = linesIn(given[node])
            .slice(-tail)
            .map((line) => line.toString('latin1'))
            .join('\n');
          const end = given[node].at(-1) === 10 ? '\n' : '';
          const told = await run.log({ node, tail });
          expect(told.toString('latin1')).toBe(linesIn(given[node]).length === 0 ? '' : last + end);
        }
      }),
      { numRuns: 30 },
    );
  }, 240_000);

  it('the log of both has every line whole behind the name of its node, in its order', async () => {
    await fc.assert(
      fc.asyncProperty(outputs, async (given) => {
        const run = await world.run();
        await write(run, given);
        const lines = linesIn(await run.log()).map((line) => line.toString('latin1'));
        for (const node of ['one', 'two'] as const) {
          const told = lines.filter((line) => line.startsWith(`${node}: `)).map((line) => line.slice(5));
          expect(told).toEqual(linesIn(given[node]).map((line) => line.toString('latin1')));
        }
        expect(lines.length).toBe(linesIn(given.one).length + linesIn(given.two).length);
      }),
      { numRuns: 20 },
    );
  }, 240_000);

  it('people read every line once, in pages of any size, plain and not too long', async () => {
    const { db } = world.database;
    await fc.assert(
      fc.asyncProperty(outputs, fc.integer({ min: 1, max: 20 }), async (given, pages) => {
        const run = await world.run();
        await write(run, given);
        let read: OutputLine[] = [];
        const limit = Math.ceil((linesIn(given.one).length + linesIn(given.two).length + 1) / pages);
        for (let after = 0; ; ) {
          const page = await linesAfter(db, run.id, after, limit);
          expect(page.length).toBeLessThanOrEqual(limit);
          read = read.concat(page);
          after = page.at(-1)?.id ?? after;
          if (page.length < limit) break;
        }
        expect(new Set(read.map(({ id }) => id)).size).toBe(read.length);
        expect(Math.max(0, ...read.slice(-1000).map(({ text }) => text.length))).toBeLessThan(
          LONGEST_SHOWN + 50,
        );
        for (const node of ['one', 'two'] as const) {
          const told = read.filter((line) => line.node === node);
          const printed = linesIn(given[node]);
          expect(told.length).toBe(printed.length);
          // How a line that came in pieces reads is tested with examples below.
          const asExpected = (line: Buffer, i: number) =>
            line.length > 10_000 ||
            (told[i]?.text === shownLine(decode(line)) &&
              told[i]?.cut === told[i].text.length > LONGEST_SHOWN);
          expect(printed.findIndex((line, i) => !asExpected(line, i))).toBe(-1);
        }
        const last = await lastLines(db, run.id, limit);
        expect(last.map(({ id }) => id).join()).toBe(
          read
            .slice(-limit)
            .map(({ id }) => id)
            .join(),
        );
      }),
      { numRuns: 20 },
    );
  }, 240_000);
});

describe('with secrets', () => {
  const key = [
    '-----BEGIN RSA PRIVATE KEY-----',
    ...Array.from({ length: 30 }, (_, i) => `MIIEpAIBAAK${i}${'qW3+/'.repeat(9)}`),
    '-----END RSA PRIVATE KEY-----',
  ];
  const printed = fc
    .array(
      fc.constantFrom(
        'some words\n',
        'swordfish',
        '\n',
        ' ',
        `${key.join('\n')}\n`,
        key.slice(0, 9).join('\n'),
        'http://u:',
        'x'.repeat(20_000),
        `gAAAAA${'Bl_x-9'.repeat(4000)} `,
      ),
      { maxLength: 14 },
    )
    .map((parts) => parts.join(''));

  it('a process that takes over in the middle stores what is left as the first one would have', async () => {
    await fc.assert(
      fc.asyncProperty(
        printed,
        fc.nat(),
        fc.array(fc.nat(100_000), { maxLength: 8 }),
        async (text, place, ends) => {
          const run = await world.run();
          const bytes = Buffer.from(text);
          const first = run.writer(['swordfish']);
          const output = first.open(run.tasks.one as number);
          for (const { chunk, at } of inChunks(bytes.subarray(0, place % (bytes.length + 1)), ends))
            await output.write(chunk, at);
          await first.flush();
          const second = await run.takeOver(['swordfish']);
          const from = await run.offset('one');
          const rest = second.open(run.tasks.one as number);
          for (const { chunk, at } of inChunks(bytes.subarray(from), ends))
            await rest.write(chunk, from + at);
          await rest.end();
          expect((await run.log({ node: 'one' })).toString()).toBe(maskText(text, ['swordfish']));
          for (const { text: shown } of await linesAfter(world.database.db, run.id, 0, 10_000)) {
            expect(shown).not.toMatch(/swordfish|MIIEpAIBAAK|gAAAAA/);
          }
        },
      ),
      { numRuns: 50 },
    );
  }, 240_000);
});
