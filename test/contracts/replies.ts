import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutgoingMessage, TableBlock } from '../../adapters/message.ts';
import { plainLine } from '../../adapters/render/plain.ts';
import { REPLIES } from '../support/replies/replies.ts';
import { hostile } from './hostile.ts';

/** One service with the real adapter, and what a person there gets of a message. */
export interface RepliesUnderTest {
  /** Says it, and tells what was shown. Rejects when the service refuses it, as it does beyond its limits. */
  show(message: OutgoingMessage): Promise<Shown>;
  end(): Promise<void>;
}

export interface Shown {
  /** All that a reader can get at, in order: the message, what is below it, its files. Without colours, as it is read. */
  readonly text: string;
  /** What comes through where nothing but text does: read aloud, in a notification, in a plain client. */
  readonly plain: string;
  /** The parts in a font of fixed width. */
  readonly fixed: readonly string[];
  /** What the service would make of the words beside showing them: people called, formatting, links with another face. */
  readonly made: readonly string[];
}

export interface RepliesTraits {
  /** Details of a message that few will read are left to the link. */
  readonly leavesBackground: boolean;
  /** Messages of the property test. */
  readonly runs: number;
}

const LINK = 'https://day.example.org/runs/14';
/** The words of a text, without what stands around them: times and line breaks are each service's own. */
const wordsOf = (text: string): string[] =>
  text
    .split(/\s+/)
    .filter((word) => !/^\d{4}-\d\d-\d\dT/.test(word))
    .map((word) => word.replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ''))
    .filter((word) => word !== '');
const tablesOf = ({ blocks = [] }: OutgoingMessage) => blocks.filter((block) => block.type === 'table');

/** What every service has to make of the bot's structured replies. */
export function repliesContract(
  name: string,
  create: () => Promise<RepliesUnderTest>,
  { leavesBackground, runs }: RepliesTraits,
): void {
  describe(`replies on ${name}`, () => {
    let service: RepliesUnderTest;
    beforeAll(async () => {
      service = await create();
    });
    afterAll(() => service?.end());

    it.each(REPLIES.map(({ name: reply, message }) => [reply, message] as const))(
      '%s: its words come through as plain text, and nothing else is made of them',
      async (_, message) => {
        const { plain, text, made } = await service.show(message);
        for (const word of wordsOf(message.text)) {
          expect(plain).toContain(word);
          expect(text).toContain(word);
        }
        if (message.link !== undefined) expect(plain).toContain(message.link);
        expect(made).toEqual([]);
      },
    );

    it.each(
      REPLIES.flatMap(({ name: reply, message }) => {
        const isLeft = leavesBackground && (message.blocksAre !== undefined || message.kind === 'board');
        return isLeft ? [] : tablesOf(message).map((table) => [reply, message, table] as const);
      }),
    )('%s: its table is a table', async (_, message, table) => {
      const { fixed } = await service.show(message);
      const shown = fixed.find((part) => isTable(part.split('\n'), table));
      expect(shown, `no table in ${JSON.stringify(fixed, null, 2)}`).toBeDefined();
    });

    it('tells how it turned out by words, whatever colour or sign is beside them', async () => {
      const told = REPLIES.filter(({ message }) => message.mood !== undefined);
      expect(told.length).toBeGreaterThan(4);
      for (const { message } of told) {
        const { mood: _, ...colourless } = message;
        const [colourful, without] = [await service.show(message), await service.show(colourless)];
        expect(without.plain).toMatch(
          /ready|done|failed|provisioning|unknown|reset|goes on|over after|wants|waits/,
        );
        for (const word of wordsOf(without.plain)) expect(colourful.plain).toContain(word);
      }
    });

    it.each<[what: string, message: OutgoingMessage]>([
      ['lines of output', { text: 'the log', blocks: [{ type: 'code', text: numbered(5_000).join('\n') }] }],
      [
        'rows',
        {
          text: 'the nodes',
          blocks: [
            { type: 'table', columns: ['node', 'state'], rows: numbered(1_000).map((line) => [line, 'up']) },
          ],
        },
      ],
      ['words', { text: `so many words: ${'of many that are said '.repeat(2_000)}` }],
      ['one word', { text: `one word: ${'x'.repeat(20_000)}` }],
      ['parts', { text: 'so many parts', blocks: numbered(300).map((text) => ({ type: 'text', text })) }],
    ])('%s beyond what fits: the beginning, and the link to all of it', async (_, message) => {
      const { text, plain } = await service.show({ ...message, link: LINK });
      expect(text).toContain(message.text.slice(0, 12));
      expect(plain).toContain(LINK);
    });

    it('shows hostile words as they are, in every place, and stays itself after them', async () => {
      await fc.assert(
        fc.asyncProperty(hostile, hostile, async (one, other) => {
          const { text, made, fixed } = await service.show({
            text: `first ${one} last`,
            blocks: [
              { type: 'code', text: `codes ${other}\nthe code ends` },
              { type: 'table', columns: ['what', 'state'], rows: [[other, 'cell']] },
              { type: 'text', text: `then ${one} after` },
            ],
            link: LINK,
          });
          expect(made).toEqual([]);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is left is the point
          expect(text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
          const end = leavesBackground ? [] : ['the code ends'];
          for (const word of ['first', 'last', 'codes', ...end, 'cell', 'then', 'after', LINK])
            expect(text).toContain(word);
          // What comes after the code is no part of it.
          expect(
            fixed.filter((part) => /\bthen\b.*\bafter\b/s.test(part) && part.includes('the code ends')),
          ).toEqual([]);
        }),
        { numRuns: runs },
      );
    });
  });
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `number ${at}`);
}

/** Whether some lines one after the other are the table: each cell of a column begins where its heading does. */
function isTable(lines: readonly string[], table: TableBlock): boolean {
  return lines.some((_, at) => isTableAt(lines.slice(at), table));
}

function isTableAt([heading = '', ...lines]: readonly string[], { columns, rows }: TableBlock): boolean {
  if (!columns.every((column) => heading.includes(column))) return false;
  let at = 0;
  const starts = columns.map((column) => {
    at = column === '' ? at : heading.indexOf(column, at);
    return at;
  });
  return rows.every((row, number) =>
    row.every((cell, column) => {
      if (columns[column] === '') return true;
      const shown = (lines[number] ?? '').slice(starts[column] ?? 0).split(/ {2}|$/)[0] ?? '';
      // The widest columns of a wide table are cut.
      return (shown === '') === (cell === '') && plainLine(cell).startsWith(shown.replace(/…$/, ''));
    }),
  );
}
