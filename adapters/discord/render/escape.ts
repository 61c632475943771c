import { plain } from '../../render/plain.ts';

/** Parts a message may have that a reader's client makes something of. Everything else is to be read as it stands. */
const TOKENS = new RegExp(
  [
    /(?<url>https?:\/\/(?:\[[0-9a-fA-F:.]+\](?!\())?[\w\-.~:/?#@!$&'()*+,;=%]+)/,
    /(?<time>\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)(?![\w:]))/,
    /(?<everyone>@(?=everyone|here))/,
    // Quote, heading, small print and list, at the start of a line.
    /(?<start>(?:>|#|-(?=[# ])|\d{1,9}(?=\. ))(?<=^ *(?:[>#-]|\d{1,9})))/,
    /(?<markup>[\\*`<]|~{2,}|\|{2,}|(?<=\])\(|:(?=\/\/)|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])|_(?=https?:\/\/))/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gm',
);

/**
 * Text from anywhere as Discord markup that shows exactly this text: nothing in it becomes formatting, a mention or a link
 * with another face. Addresses stay links, without a preview; points in time are shown in each reader's own zone, and how long ago or ahead they are.
 */
export function escaped(text: string): string {
  return plain(text).replace(TOKENS, (token: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    if (groups.url !== undefined) return link(token);
    if (groups.time !== undefined) return timestamp(token);
    if (groups.everyone !== undefined) return `${token}\u200b`;
    // A digit cannot be escaped; the dot after it can.
    if (groups.start !== undefined && /\d/.test(token)) return `${token}\\`;
    return token.replace(/./g, '\\$&');
  });
}

/** In angle brackets, so that Discord loads nothing from there. What ends a sentence is no part of an address. */
function link(address: string): string {
  const end = /[.,:;!?')]*$/.exec(address)?.[0] ?? '';
  const bare = address.slice(0, address.length - end.length);
  // A bracket that belongs to the address is closed within it.
  const closing = end.startsWith(')') && bare.includes('(') ? ')' : '';
  return `<${bare}${closing}>${end.slice(closing.length)}`;
}

function timestamp(time: string): string {
  const milliseconds = Date.parse(time);
  const seconds = Math.floor(milliseconds / 1000);
  return Number.isNaN(milliseconds) ? time : `<t:${seconds}:f> (<t:${seconds}:R>)`;
}

/** Text in fixed width, exactly as it is; it cannot end the block. '' for text that has nothing to show. */
export function codeBlock(text: string): string {
  const shown = unfenced(text);
  return shown.trim() === '' ? '' : `${FENCE}\n${shown}\n${FENCE}`;
}

/** What stands between the fences of a code block. */
export function unfenced(text: string): string {
  return plain(text)
    .replaceAll('\t', '    ')
    .replace(/`{3,}/g, (fence) => [...fence].join('\u200b'))
    .replace(/\n+$/, '');
}

const FENCE = '```';
/** Characters that a code block has beside its text. */
export const FENCES = 2 * (FENCE.length + 1);
