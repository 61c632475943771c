import type { Block, OutgoingMessage } from '../message.ts';
import { plain } from '../render/plain.ts';
import { splitBytes } from '../render/split.ts';
import { tableLines } from '../render/table.ts';
import { utcTimes } from '../render/times.ts';

const TEXT_LINES = 12;
const TABLE_ROWS = 8;
const CODE_LINES = 6;
/** Where there is no link to the rest, more is shown before anything is left out. */
const WITHOUT_LINK = 24;
/** So many lines in all: a table and a text for each of hundreds of nodes would fill the channel for minutes. */
const ALL_LINES = 24;
const ALL_WITHOUT_LINK = 40;
const TABLE_COLUMNS = 120;

/** Green and red, as most clients show them; the sign itself says it to who sees no colours. */
const SIGNS: Readonly<Record<string, string>> = { good: '\x0303✔\x03', bad: '\x0304✘\x03' };
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is how colours are written on IRC
const COLOUR = /\x03(?:\d{1,2}(?:,\d{1,2})?)?/g;

/**
 * A message as IRC lines of at most `limit` bytes each: no control characters, no blank lines, texts, tables and code cut to
 * a few lines with the link to the rest, and so is all of it together. Every line of code starts with `| `, so that output of a node can neither pass
 * for the bot's own words nor address another bot. A status board is its text alone: the next one follows soon.
 *
 * `colors`: a coloured sign stands behind the first line of what turned out well or badly; the only colour there is.
 */
export function ircLines(message: OutgoingMessage, limit: number, { colors = false } = {}): string[] {
  const link = message.link === undefined ? '' : plain(message.link);
  const sign = colors ? SIGNS[message.mood ?? ''] : undefined;
  const said = pieces(signed(utcTimes(called(message)).trimStart(), sign), limit);
  const { lines: text, linked } = cut(said, TEXT_LINES, link, limit);
  const hasRoom = (message.blocksAre ?? 'more') === 'more' && message.kind !== 'board';
  const blocks = hasRoom ? (message.blocks ?? []) : [];
  const details = blocks.map((block) => detail(block, limit, link));
  const shown = details.flatMap((part) => part.lines);
  if (link === '' || linked || details.some((part) => part.linked) || plain(message.text).includes(link)) {
    return few([...text, ...shown], link, limit);
  }
  const last = text.at(-1);
  const ending = last === undefined ? link : `${last.trimEnd()} — ${link}`;
  if (Buffer.byteLength(ending) <= limit) return few([...text.slice(0, -1), ending, ...shown], link, limit);
  return few([...text, ...pieces(link, limit), ...shown], link, limit);
}

function few(lines: string[], link: string, limit: number): string[] {
  const most = link === '' ? ALL_WITHOUT_LINK : ALL_LINES;
  // The line that says how many are left out takes the place of one.
  if (lines.length <= most + 1) return lines;
  const rest = `… ${lines.length - most} more lines${link === '' ? '' : `: ${link}`}`;
  return [...lines.slice(0, most), ...pieces(rest, limit)];
}

/** Clients call their people when they read their nick, which mostly is the account's name; often the text says it already. */
function called({ text, mention }: OutgoingMessage): string {
  const words = plain(text);
  const account = mention?.slice(mention.indexOf('/') + 1);
  const said = words.toLowerCase().split(/[^\w[\]\\`^{}|-]+/);
  if (account === undefined || said.includes(account.toLowerCase())) return words;
  return `${plain(account)}: ${words}`;
}

export function uncoloured(line: string): string {
  return line.replace(COLOUR, '');
}

function signed(text: string, sign: string | undefined): string {
  return sign === undefined || text === '' ? text : text.replace(/[^\S\n]*(\n|$)/, ` ${sign}$1`);
}

function detail(block: Block, limit: number, link: string): { lines: string[]; linked: boolean } {
  if (block.type === 'text') return { lines: pieces(utcTimes(plain(block.text)), limit), linked: false };
  // The link leads to the picture; its words would repeat the text.
  if (block.type === 'picture') return { lines: [], linked: false };
  if (block.type === 'code') {
    const all = pieces(plain(block.text).replaceAll('\t', '    '), limit - 2).map((line) => `| ${line}`);
    return cut(all, CODE_LINES, link, limit, block.endMatters);
  }
  const [heading = '', ...rows] = tableLines(block, Math.min(TABLE_COLUMNS, limit));
  const shown = cut(rows, TABLE_ROWS, link, limit);
  return { ...shown, lines: [heading, ...shown.lines].flatMap((line) => pieces(line, limit)) };
}

function cut(
  all: string[],
  few: number,
  link: string,
  limit: number,
  endMatters = false,
): { lines: string[]; linked: boolean } {
  const most = link === '' ? WITHOUT_LINK : few;
  if (all.length <= most) return { lines: all, linked: false };
  const where = endMatters ? 'before these' : 'more';
  const rest = `… ${all.length - most} ${where}${link === '' ? '' : `: ${link}`}`;
  if (endMatters) return { lines: [...pieces(rest, limit), ...all.slice(-most)], linked: link !== '' };
  return { lines: [...all.slice(0, most), ...pieces(rest, limit)], linked: link !== '' };
}

function pieces(text: string, limit: number): string[] {
  return text
    .split('\n')
    .map((line) => line.replaceAll('\t', ' ').trimEnd())
    .filter((line) => line.trim() !== '')
    .flatMap((line) => splitBytes(line, limit));
}
