import { characters } from '../../render/width.ts';

/** How one line of a text is shown. */
type Render = (line: string) => string;

/**
 * A text in pieces that take at most `room` characters each once they are rendered. They end between lines; only a line that
 * is too long by itself is cut, between characters as a reader sees them.
 */
export function* pieces(text: string, room: number, render: Render): Generator<string> {
  let piece: string | undefined;
  let used = 0;
  for (const whole of text.split('\n')) {
    for (const line of fitting(whole, room, render)) {
      const size = render(line).length;
      if (piece !== undefined && used + 1 + size > room) {
        yield piece;
        piece = undefined;
      }
      used = piece === undefined ? size : used + 1 + size;
      piece = piece === undefined ? line : `${piece}\n${line}`;
    }
  }
  if (piece !== undefined) yield piece;
}

/** The first of the pieces, and whether it is all of the text. */
export function cut(text: string, room: number, render: Render): { head: string; all: boolean } {
  const parts = pieces(text, room, render);
  const first = parts.next();
  return { head: first.done ? '' : first.value, all: parts.next().done === true };
}

function* fitting(line: string, room: number, render: Render): Generator<string> {
  let left = line;
  while (left.length > room || render(left).length > room) {
    const part = beginning(left, room, render);
    yield part;
    left = left.slice(part.length);
  }
  if (left !== '' || line === '') yield left;
}

/** So much of a line as takes at most `room` characters; never nothing. */
function beginning(line: string, room: number, render: Render): string {
  let units = Math.min(line.length, room);
  for (;;) {
    const part = wholeCharacters(line, units);
    const excess = render(part).length - room;
    if (excess <= 0 || units <= 2) return part;
    units = Math.max(2, Math.min(units, part.length) - Math.max(1, excess >> 1));
  }
}

/** At most so many UTF-16 units of a line, ending between characters; one made of more units is cut between code points. */
function wholeCharacters(line: string, units: number): string {
  const around = line.slice(0, units + 64);
  if (/^[\x20-\x7e]*$/.test(around)) return around.slice(0, units);
  let end = 0;
  for (const character of characters(around)) {
    if (end + character.length > units) break;
    end += character.length;
  }
  if (end === 0) end = /[\ud800-\udbff]/.test(line.charAt(units - 1)) && units > 1 ? units - 1 : units;
  return line.slice(0, end);
}
