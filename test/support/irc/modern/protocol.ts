import { isUtf8 } from 'node:buffer';

/** Lines of the IRC protocol with IRCv3 tags, read strictly and written exactly. Not the adapter's own code, so that both must agree. */

export interface Line {
  readonly tags: ReadonlyMap<string, string>;
  readonly source: string;
  readonly command: string;
  readonly params: readonly string[];
}

export type Tags = Readonly<Record<string, string | undefined>>;

const LINE_BYTES = 510;
const CLIENT_TAG_BYTES = 4_094;
const UNESCAPED: Readonly<Record<string, string>> = { ':': ';', s: ' ', '\\': '\\', r: '\r', n: '\n' };
const ESCAPED: Readonly<Record<string, string>> = {
  ';': '\\:',
  ' ': '\\s',
  '\\': '\\\\',
  '\r': '\\r',
  '\n': '\\n',
};

/** What is wrong with a line of a client, as the documents see it; null: nothing. One character stands for one byte. */
export function faultIn(bytes: string): string | null {
  const [, tags = '', rest = ''] = /^(@[^ ]* )?(.*)$/s.exec(bytes) ?? [];
  if (tags.length > CLIENT_TAG_BYTES + 2) return 'tags are too long';
  if (rest.length > LINE_BYTES) return 'the line is too long';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
  if (/[\x00\r\n]/.test(bytes)) return 'NUL, CR or LF within the line';
  if (!isUtf8(Buffer.from(bytes, 'latin1'))) return 'not UTF-8';
  return null;
}

export function readLine(text: string): Line {
  const [, tagText, source = '', rest = ''] = /^(?:@([^ ]*) +)?(?::([^ ]*) +)?(.*)$/s.exec(text) ?? [];
  const colon = rest.indexOf(' :');
  const head = colon < 0 ? rest : rest.slice(0, colon);
  const [command = '', ...params] = head.split(/ +/).filter((word) => word !== '');
  if (colon >= 0) params.push(rest.slice(colon + 2));
  return { tags: readTags(tagText ?? ''), source, command: command.toUpperCase(), params };
}

function readTags(text: string): Map<string, string> {
  const tags = new Map<string, string>();
  for (const part of text.split(';')) {
    const [name = '', ...value] = part.split('=');
    if (name !== '')
      tags.set(
        name,
        value.join('=').replace(/\\(.?)/g, (_, letter) => UNESCAPED[letter] ?? letter),
      );
  }
  return tags;
}

export function writeLine(
  source: string,
  command: string,
  params: readonly string[],
  tags: Tags = {},
): string {
  const written = Object.entries(tags).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return [
      value === '' ? name : `${name}=${value.replace(/[; \\\r\n]/g, (letter) => ESCAPED[letter] ?? '')}`,
    ];
  });
  const last = params.at(-1);
  const words = last === undefined ? [] : [...params.slice(0, -1), `:${last}`];
  const prefix = source === '' ? [] : [`:${source}`];
  return [...(written.length > 0 ? [`@${written.join(';')}`] : []), ...prefix, command, ...words].join(' ');
}
