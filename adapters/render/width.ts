const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** What a reader sees as single characters. */
export function* characters(text: string): Generator<string> {
  // Each of these is one by itself, and looking for clusters takes a long text a hundred times as long.
  if (ASCII.test(text)) yield* text;
  else for (const { segment } of graphemes.segment(text)) yield segment;
}

/** Columns that a text takes in a fixed-width font. */
export function width(text: string): number {
  if (ASCII.test(text)) return text.length;
  let columns = 0;
  for (const character of characters(text)) columns += characterWidth(character);
  return columns;
}

/** Cuts a text to at most so many columns; a cut shows as `…`. */
export function clip(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  if (columns < 1) return '';
  let kept = '';
  let used = 0;
  for (const character of characters(text)) {
    used += characterWidth(character);
    if (used > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Breaks a text into rows of at most so many columns, as a terminal would. An empty text is one row. */
export function wrap(text: string, columns: number): string[] {
  const rows: string[] = [];
  let row = '';
  let used = 0;
  for (const character of characters(text)) {
    const wide = characterWidth(character);
    if (used + wide > columns && row !== '') {
      rows.push(row);
      row = '';
      used = 0;
    }
    row += character;
    used += wide;
  }
  return [...rows, row];
}

const ASCII = /^[\x20-\x7e]*$/;
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const NARROWLESS = /^[\p{Mark}\u200b-\u200d\ufeff]+$/u;

function characterWidth(character: string): number {
  if (NARROWLESS.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
