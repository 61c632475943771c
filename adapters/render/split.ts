import { characters } from './width.ts';

/**
 * Splits one line into pieces of at most `limit` bytes of UTF-8. Pieces end after a space where there is one, else
 * between characters as a reader sees them; a single character longer than the limit is cut between code points.
 * Nothing is dropped: the pieces joined together are the line again.
 */
export function splitBytes(line: string, limit: number): string[] {
  if (limit < 4) throw new RangeError(`cannot split into pieces of ${limit} bytes: a character may need 4`);
  const pieces: string[] = [];
  let piece = '';
  let bytes = 0;
  let breakAt = 0; // the piece can end here, after a space

  const end = (at: number): void => {
    pieces.push(piece.slice(0, at));
    piece = piece.slice(at);
    bytes = Buffer.byteLength(piece);
    breakAt = 0;
  };
  const add = (part: string): void => {
    const size = Buffer.byteLength(part);
    if (bytes + size > limit && breakAt > 0) end(breakAt);
    if (bytes + size > limit && piece !== '') end(piece.length);
    piece += part;
    bytes += size;
    if (part === ' ') breakAt = piece.length;
  };

  if (Buffer.byteLength(line) <= limit) return line === '' ? [] : [line];
  for (const character of characters(line)) {
    if (Buffer.byteLength(character) <= limit) add(character);
    else for (const codePoint of character) add(codePoint);
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}
