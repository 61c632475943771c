/**
 * A line that a machine printed, as text that is safe to show: in a page, a JSON answer or somebody's terminal. Escape
 * sequences and control characters go (all but tab), so do the marks that reverse reading order. Of a line that redraws
 * itself, as progress bars do, what stays is what a terminal would show in the end.
 */
export function plainText(line: string): string {
  const ended = line.replace(/\r+$/, '');
  if (!SPECIAL.test(ended)) return ended;
  const bare = ended
    .replaceAll(ERASE, '')
    .replace(ERASURES, (_, way: string) => (way === '2' ? `\r${ERASE}` : way === '1' ? '' : ERASE))
    .replace(ESCAPES, '');
  return (/[\r\b]/.test(bare) ? redrawn(bare) : bare).replace(INVISIBLE, '');
}

/** Stands for "erase to the end of the line" while a line is worked on; where it was printed it shows nothing. */
const ERASE = '\0';

/** The last state of a line whose later parts go over its earlier ones. */
function redrawn(line: string): string {
  const cells: string[] = [];
  let column = 0;
  for (const character of line) {
    if (character === '\r') column = 0;
    else if (character === '\b') column = Math.max(0, column - 1);
    else if (character === ERASE) cells.length = column;
    else cells[column++] = character;
  }
  return cells.join('').trimEnd();
}

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: removing them is the point
const SPECIAL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const INVISIBLE = new RegExp(SPECIAL, 'g');
/** CSI K: erase to the end, to the beginning, or all of the line. */
const ERASURES = /(?:\x1b\[|\x9b)([012]?)K/g;
/** CSI (colours, cursor) · OSC, DCS, APC, PM, SOS up to their end (titles, links) · two-character escapes; also in 8-bit form. */
const ESCAPES =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]/g;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: removing them is the point
