import type { Target } from './names.ts';

/** One or more lines that go out together and are answered together. */
export interface ParcelText {
  /** Where it goes on the server. */
  readonly to: Target;
  readonly lines: readonly string[];
  readonly tags: Readonly<Record<string, string | undefined>>;
}

/** What the server bears in one message of several lines (IRCv3 `draft/multiline`). */
export interface Multiline {
  readonly maxBytes: number;
  readonly maxLines: number;
}

/** More lines in one go than this would be a wall of text, whatever the server allows. */
const MOST_LINES = 40;

/** Reads the value of the capability; undefined when it is none to rely on. */
export function multilineIn(value: string | undefined): Multiline | undefined {
  const numbers = new Map(
    (value ?? '').split(',').map((part) => {
      const [name = '', number] = part.split('=');
      return [name, Number(number)] as const;
    }),
  );
  const maxBytes = numbers.get('max-bytes');
  const maxLines = numbers.get('max-lines') ?? MOST_LINES;
  if (!maxBytes || !(maxLines > 1)) return undefined;
  return { maxBytes, maxLines: Math.min(maxLines, MOST_LINES) };
}

/** How many of the lines, from the first on, go out together. At least one. */
export function portion(lines: readonly { readonly text: string }[], limit: Multiline | undefined): number {
  if (!limit) return 1;
  let bytes = 0;
  let count = 0;
  for (const { text } of lines) {
    bytes += Buffer.byteLength(text) + (count > 0 ? 1 : 0);
    if (bytes > limit.maxBytes || count === limit.maxLines) break;
    count++;
  }
  return Math.max(1, count);
}

/** The parcel as lines of the protocol. `reference` names its batch, if it needs one. */
export function protocolLines({ to, lines, tags }: ParcelText, reference: string): string[] {
  const [only = ''] = lines;
  if (lines.length <= 1) return [`${tagged(tags)}PRIVMSG ${to} :${only}`];
  return [
    `${tagged(tags)}BATCH +${reference} draft/multiline ${to}`,
    ...lines.map((line) => `@batch=${reference} PRIVMSG ${to} :${line}`),
    `BATCH -${reference}`,
  ];
}

function tagged(tags: ParcelText['tags']): string {
  const written = Object.entries(tags).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${tagValue(value)}`],
  );
  return written.length === 0 ? '' : `@${written.join(';')} `;
}

/** A value as it stands in a message tag. NUL cannot stand in one. */
export function tagValue(value: string): string {
  return value.replace(/[\\; \r\n\0]/g, (character) => ESCAPES[character] ?? '');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  ';': '\\:',
  ' ': '\\s',
  '\r': '\\r',
  '\n': '\\n',
};
