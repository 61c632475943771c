import type { Block, OutgoingMessage } from '../../message.ts';
import { plain } from '../../render/plain.ts';
import { tableLines } from '../../render/table.ts';
import { cut } from './cut.ts';
import { codeBlock, escaped, FENCES, unfenced } from './escape.ts';

/** A message laid out for Discord: text that carries the meaning, and details beside it. */
export interface Layout {
  /** At most 2,000 characters. */
  readonly content: string;
  /** At most 4,096 characters; '' if there are none. */
  readonly details: string;
  /** The whole message as plain text, where something had to be left out; null: nothing was. */
  readonly whole: string | null;
}

export const LONGEST_CONTENT = 2_000;
const LONGEST_DETAILS = 4_096;
/** Details that few will read are not shown beside the text if they take more than this. */
const LONGEST_BACKGROUND = 1_000;
/** Columns of fixed-width text that fit beside the bar of an embed, and in the content, on a desktop. */
const EMBED_COLUMNS = 60;
const CONTENT_COLUMNS = 80;
const MORE = '…';

/** `reserved`: so many characters of the content are for something else. */
export function layOut(message: OutgoingMessage, reserved = 0): Layout {
  const blocks = message.blocks ?? [];
  if (message.blocksAre === 'restated' && blocks.length > 0) {
    const shown = fill(blocks, LONGEST_CONTENT - reserved - linkLine(message).length, CONTENT_COLUMNS);
    if (shown.all) return { content: shown.text + linkLine(message), details: '', whole: null };
  }
  const text = content(message, reserved);
  const details = fill(blocks, LONGEST_DETAILS, EMBED_COLUMNS);
  const folded = message.blocksAre === 'background' && details.text.length > LONGEST_BACKGROUND;
  // A board is told again every few seconds, and short of room it is short of nothing that matters then.
  const whole = (text.all && details.all && !folded) || message.kind === 'board' ? null : wholeText(message);
  return { content: text.content, details: folded ? '' : details.text, whole };
}

function content(message: OutgoingMessage, reserved: number): { content: string; all: boolean } {
  const link = linkLine(message);
  const room = LONGEST_CONTENT - reserved - link.length;
  const whole = plain(message.text);
  const { head, all } = cut(whole, room, escaped);
  if (all) return { content: escaped(head) + link, all };
  return { content: `${escaped(cut(whole, room - 2, escaped).head)}\n${MORE}${link}`, all };
}

/** The link on a line of its own, where the text does not have it. */
function linkLine({ text, link }: OutgoingMessage): string {
  if (link === undefined || plain(text).includes(plain(link))) return '';
  const line = `\n${escaped(link)}`;
  return line.length > LONGEST_CONTENT / 2 ? '' : line;
}

/** As much of the blocks as there is room for, in their order. */
function fill(blocks: readonly Block[], room: number, columns: number): { text: string; all: boolean } {
  let text = '';
  let complete = true;
  for (const block of blocks) {
    const left = room - text.length - 1;
    if (left < 3 * FENCES) return { text, all: false };
    const { shown, all } = blockText(block, left, columns);
    if (shown !== '') text += text === '' ? shown : `\n${shown}`;
    if (!all) complete = false;
    // What follows a part that was cut would read as if nothing were missing between them.
    if (!all && block.type !== 'table') break;
  }
  return { text, all: complete };
}

function blockText(block: Block, room: number, columns: number): { shown: string; all: boolean } {
  if (block.type === 'picture') return { shown: '', all: true };
  if (block.type === 'text') {
    const { head, all } = cut(plain(block.text), room - 2, escaped);
    return { shown: escaped(head) + (all ? '' : `\n${MORE}`), all };
  }
  const natural = block.type === 'table' ? tableLines(block) : [block.text];
  const lines = block.type === 'table' ? tableLines(block, columns) : natural;
  const narrowed = lines.some((line, at) => line !== natural[at]);
  const { head, all } = cut(plain(lines.join('\n')), room - FENCES - 2, unfenced);
  return { shown: codeBlock(all ? head : `${head}\n${MORE}`), all: all && !narrowed };
}

/** Everything that the message says, as a text file. */
function wholeText(message: OutgoingMessage): string {
  const parts = [
    message.text,
    ...(message.blocks ?? []).map((block) => {
      if (block.type === 'table') return tableLines(block).join('\n');
      return block.type === 'picture' ? block.alt : block.text;
    }),
    ...(message.link === undefined ? [] : [message.link]),
  ];
  return parts.map((part) => `${plain(part).replace(/\n+$/, '')}\n`).join('\n');
}
