import { PATHS, signOf, type Tone } from './signs.ts';

/** A drawing, and the same in words for who does not see it. */
export interface Picture {
  /** A whole SVG document. Its classes let a page give it colours of its own. */
  readonly svg: string;
  /** In pixels of the SVG. */
  readonly width: number;
  readonly height: number;
  readonly alt: string;
}

type Values = Readonly<Record<string, string | number | undefined>>;

/** On paper of its own, so that it reads the same in a dark client and in a light one. */
export const COLOURS: Readonly<Record<Tone | 'paper' | 'band' | 'ink' | 'faint' | 'line', string>> = {
  paper: '#ffffff',
  band: '#f1f4f7',
  ink: '#17202a',
  faint: '#56616d',
  line: '#d5dbe2',
  good: '#2c8a57',
  work: '#1a56b4',
  bad: '#b3202a',
  warn: '#9a5a00',
  idle: '#6b7682',
};

export const WIDTH = 960;
const FONT = 'DejaVu Sans';

/** An element; `content` is markup already. */
export function element(name: string, values: Values, content = ''): string {
  const written = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? rounded(value) : escaped(String(value))}"`)
    .join('');
  return content === '' ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

/** A whole picture: its title on top, then `body`, on opaque paper. */
export function picture(options: {
  readonly title: string;
  readonly alt: string;
  readonly height: number;
  readonly body: string;
}): Picture {
  const { title, alt, height, body } = options;
  const svg = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'picture',
      role: 'img',
      'aria-label': alt,
      width: WIDTH,
      height,
      viewBox: `0 0 ${WIDTH} ${Math.ceil(height)}`,
      'font-family': FONT,
      'font-size': 12,
    },
    element('rect', { class: 'paper', width: WIDTH, height, rx: 6, fill: COLOURS.paper }) +
      words(title, { x: MARGIN, y: 27, size: 15, room: WIDTH - 2 * MARGIN, bold: true }) +
      body,
  );
  return { svg, width: WIDTH, height, alt };
}

export const MARGIN = 16;
/** Where the body of a picture begins, below its title. */
export const TOP = 42;

/** One line of text, cut to `room` pixels. */
export function words(
  text: string,
  at: {
    readonly x: number;
    readonly y: number;
    readonly room: number;
    readonly size?: number;
    readonly faint?: boolean;
    readonly bold?: boolean;
    readonly anchor?: 'middle' | 'end';
    readonly transform?: string;
  },
): string {
  const { x, y, room, size = 12, faint = false, bold = false, anchor, transform } = at;
  const shown = clipped(text, room, bold ? size * 1.1 : size);
  if (shown === '') return '';
  return element(
    'text',
    {
      class: faint ? 'faint' : 'ink',
      x,
      y,
      fill: faint ? COLOURS.faint : COLOURS.ink,
      'font-size': size === 12 ? undefined : size,
      'font-weight': bold ? 'bold' : undefined,
      'text-anchor': anchor,
      transform,
    },
    escaped(shown),
  );
}

/** The sign of a state, `size` pixels wide, its upper left corner at x, y. */
export function sign(state: string, x: number, y: number, size = 12): string {
  const [tone, shape] = signOf(state);
  return element('path', {
    class: `sign ${tone}`,
    d: PATHS[shape],
    transform: `translate(${rounded(x)} ${rounded(y)}) scale(${rounded(size / 16)})`,
    fill: shape === 'play' ? COLOURS[tone] : 'none',
    stroke: COLOURS[tone],
    'stroke-width': 2.4,
    'stroke-linecap': 'round',
    'stroke-linejoin': 'round',
  });
}

/** What a pointer that rests on an element is told. */
export function hint(text: string): string {
  return element('title', {}, escaped(text));
}

/** Text from anywhere as text of an XML document: nothing in it is markup, or a character that XML or a reader cannot bear. */
export function escaped(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(FORBIDDEN, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Control characters, marks that reorder what stands beside them, halves of characters, and what XML forbids. */
const FORBIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
  /[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Surrogate}/gu;

/** Cuts a text to so many pixels, as far as can be told without the font; a cut shows as `…`. */
export function clipped(text: string, room: number, size = 12): string {
  let used = 0;
  let kept = '';
  let whole = true;
  for (const character of text.slice(0, 2_000).replace(/\s+/g, ' ')) {
    used += size * widthOf(character);
    if (used > room) {
      whole = false;
      break;
    }
    kept += character;
  }
  if (whole) return kept;
  let end = [...kept];
  while (end.length > 0 && widthInPixels(`${end.join('')}…`, size) > room) end = end.slice(0, -1);
  return end.length > 0 ? `${end.join('').trimEnd()}…` : '';
}

/** How wide a text is at most, in pixels. */
export function widthInPixels(text: string, size = 12): number {
  let used = 0;
  for (const character of text) used += size * widthOf(character);
  return used;
}

/** A character's width in ems: DejaVu Sans, rounded up. */
function widthOf(character: string): number {
  if (/[iljI.,:;'|! ]/.test(character)) return 0.34;
  if (/[frt()[\]/-]/.test(character)) return 0.42;
  if (/[mwMW@%…]/.test(character)) return 1;
  if (character > '\u2e7f') return 1.1;
  return character >= 'A' && character <= 'Z' ? 0.7 : 0.63;
}

function rounded(number: number): string {
  return String(Math.round(number * 100) / 100);
}
