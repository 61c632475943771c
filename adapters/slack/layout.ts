import type { types } from '@slack/bolt';
import type { Block, OutgoingMessage, PictureBlock } from '../message.ts';
import { plain, plainLine } from '../render/plain.ts';
import { tableLines } from '../render/table.ts';
import { utcTimes } from '../render/times.ts';
import { buttonRow } from './buttons.ts';
import { code, fallback, mrkdwn } from './mrkdwn.ts';
import { paragraph } from './paragraph.ts';
import { pieces } from './pieces.ts';

/** A message as Slack takes it, within its limits. */
export interface Layout {
  /** Says all that the blocks say, as far as there is room: screen readers read this and not the blocks. */
  readonly text: string;
  readonly blocks: types.KnownBlock[];
  /** What goes into the thread below; absent: all is in the message. */
  readonly rest?: Rest;
  readonly pictures: readonly PictureBlock[];
}

export interface Rest {
  readonly title: string;
  /** All details as plain text. */
  readonly content: string;
  /** The same as a message, if it fits into one. */
  readonly blocks?: types.KnownBlock[];
}

const SECTION = 3_000;
const MOST_BLOCKS = 50;
/**
 * Slack refuses messages at about 13,000 characters of text and blocks, in a way of counting that it does not tell (seen
 * from 11,000 on). What is counted here is never less: the blocks as JSON.
 */
const BLOCKS = 9_500;
const TEXT = 3_000;
/** Of details that do not fit, so much is shown in the message. */
const EXCERPT = 3_200;
/** Wider tables would be wrapped on most screens, and then nothing is aligned. */
const COLUMNS = 110;

const SIGNS: Readonly<Record<NonNullable<OutgoingMessage['mood']>, string>> = {
  good: 'white_check_mark',
  bad: 'x',
  busy: 'hourglass_flowing_sand',
  waiting: 'raised_hand',
};

/** `inPlace`: the message will be edited, or stands where nothing can be put below it: what does not fit is left to the link. */
export function layout(message: OutgoingMessage, options: { inPlace: boolean }): Layout {
  const shown = message.blocks ?? [];
  const pictures = shown.filter((block) => block.type === 'picture');
  const head = headOf(message, shown.length > 0);
  const foot = [...buttonRow(message.buttons ?? []), ...linkOf(message)];
  // Pictures go below, where something can stand below; else their words stand here.
  const details = shown.flatMap((block) =>
    block.type === 'picture' && !options.inPlace ? [] : detail(block),
  );
  const text = fallbackOf(message, shown);
  const content = `${[plain(message.text), ...shown.map((block) => wordsOf(block))].join('\n\n')}\n`;
  const title = plainLine(message.text).slice(0, 100) || 'details';

  const isLater = message.blocksAre === 'background' && details.length > 0 && !options.inPlace;
  const isCut = shown.some(isTooWide) && message.link === undefined && !options.inPlace;
  if (isLater && fits([...head, ...foot])) {
    const rest = { title, content, ...(fits(details) && !isCut ? { blocks: details } : {}) };
    return { text, blocks: [...head, ...foot], rest, pictures };
  }
  if (fits([...head, ...details, ...foot])) {
    const blocks = [...head, ...details, ...foot];
    return { text, blocks, pictures, ...(isCut ? { rest: { title, content } } : {}) };
  }
  const note = context(
    `More than fits here${options.inPlace ? (message.link ? ': see the link' : '') : ': all of it is in the thread'}.`,
  );
  const room = size([note, ...foot]);
  const excerpt = first(details, EXCERPT);
  const blocks = [
    ...first([...head, ...excerpt], BLOCKS - room, MOST_BLOCKS - 1 - foot.length),
    note,
    ...foot,
  ];
  return { text, blocks, pictures, ...(options.inPlace ? {} : { rest: { title, content } }) };
}

function headOf(
  { text, mood, blocksAre, mention }: OutgoingMessage,
  hasDetails: boolean,
): types.KnownBlock[] {
  const sign = mood === undefined ? undefined : SIGNS[mood];
  const isRestated = blocksAre === 'restated' && hasDetails;
  const words = isRestated ? (sign === undefined ? '' : (plain(text).split('\n')[0] ?? '')) : plain(text);
  return sections(words, mrkdwn).map((part, at) =>
    at === 0 ? paragraph(part, sign, userOf(mention)) : paragraph(part),
  );
}

/** The Slack user in an identity: `slack:T1/U1` → `U1`. */
function userOf(mention: string | undefined): string | undefined {
  return /^slack:[^/]+\/([A-Z0-9]{1,30})$/.exec(mention ?? '')?.[1];
}

function linkOf({ text, link }: OutgoingMessage): types.KnownBlock[] {
  return link === undefined || text.includes(link) ? [] : [context(mrkdwn(plainLine(link)))];
}

function detail(block: Block): types.KnownBlock[] {
  if (block.type === 'text') return sections(plain(block.text), mrkdwn).map((part) => paragraph(part));
  if (block.type === 'picture') return sections(plain(block.alt), mrkdwn).map((part) => paragraph(part));
  return sections(wordsOf(block, COLUMNS), code).map((part) => fenced(code(part)));
}

/** A text as parts of which each fits into a section as `render` writes it, with a sign or a fence around it. */
function sections(text: string, render: (piece: string) => string): string[] {
  return pieces(text, SECTION - 50, (piece) => render(piece).length).filter((piece) => piece.trim() !== '');
}

function fenced(text: string): types.SectionBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: `\`\`\`\n${text}\n\`\`\``, verbatim: true } };
}

function context(text: string): types.ContextBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text, verbatim: true }] };
}

/** A block as plain text. */
function wordsOf(block: Block, columns = Number.POSITIVE_INFINITY): string {
  if (block.type === 'table') return tableLines(block, columns).join('\n');
  return plain(block.type === 'picture' ? block.alt : block.text).replace(/\n$/, '');
}

function isTooWide(block: Block): boolean {
  return block.type === 'table' && tableLines(block).some((line) => line.length > COLUMNS);
}

function fallbackOf(message: OutgoingMessage, shown: readonly Block[]): string {
  const link = message.link !== undefined && !message.text.includes(message.link) ? [message.link] : [];
  const isSaid = message.blocksAre === 'restated' || message.blocksAre === 'background';
  const words = [utcTimes(plain(message.text)), ...(isSaid ? [] : shown.map((block) => wordsOf(block)))].join(
    '\n',
  );
  const room = TEXT - fallback(link.join('')).length;
  const [start = '', ...more] = pieces(words, room, (piece) => fallback(piece).length);
  const user = userOf(message.mention);
  const called = user === undefined ? '' : `<@${user}> `;
  return [`${called}${fallback(start)}`, ...(more.length > 0 ? ['…'] : []), ...link.map(fallback)].join('\n');
}

/** So many of the blocks that they stay below both limits, at least one. */
function first(blocks: readonly types.KnownBlock[], room: number, most = MOST_BLOCKS): types.KnownBlock[] {
  let used = 0;
  return blocks.filter((block, at) => {
    used += size([block]);
    return at < most && (used <= room || at === 0);
  });
}

function fits(blocks: readonly types.KnownBlock[]): boolean {
  return blocks.length <= MOST_BLOCKS && size(blocks) <= BLOCKS;
}

function size(blocks: readonly types.KnownBlock[]): number {
  return JSON.stringify(blocks).length;
}
