import type { Block, OutgoingMessage } from '../message.ts';
import { plain } from '../render/plain.ts';
import { tableLines } from '../render/table.ts';
import { utcTimes } from '../render/times.ts';

const INDENT = '    ';

/** A message as lines for a terminal of so many columns: tables aligned, code indented, nothing left out. */
export function consoleLines(message: OutgoingMessage, columns: number): string[] {
  const lines = [
    ...(message.blocksAre === 'restated' && message.blocks?.length
      ? []
      : utcTimes(plain(message.text)).split('\n')),
    ...(message.blocks ?? []).flatMap((block, i, all) => [
      ...(all[i - 1]?.type === 'table' && block.type !== 'code' ? [''] : []),
      ...details(block, columns),
    ]),
  ];
  const link = message.link === undefined ? '' : plain(message.link);
  if (link !== '' && !lines.some((line) => line.includes(link))) lines.push(link);
  return lines.map((line) => line.replaceAll('\t', INDENT).trimEnd());
}

function details(block: Block, columns: number): string[] {
  if (block.type === 'table') return tableLines(block, columns);
  if (block.type === 'picture') return plain(block.alt).split('\n');
  const lines = plain(block.text).replace(/\n$/, '').split('\n');
  return block.type === 'code' ? lines.map((line) => INDENT + line) : lines.map((line) => utcTimes(line));
}
