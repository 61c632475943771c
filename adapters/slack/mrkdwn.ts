import { plain } from '../render/plain.ts';

/** Slack gives a meaning to these three only. Escaped, no text can mention people, call a channel, or pose as a link. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * A plain text for a `mrkdwn` object with `verbatim: true`. Written out are only the links that the text itself shows, and
 * times in UTC (`2026-11-23T18:00Z`), which every reader then sees in their own zone.
 */
export function mrkdwn(text: string): string {
  const written = partsOf(text).map((part) => {
    if (part.kind === 'text') return escaped(part.text);
    if (part.kind === 'link') return `<${escaped(part.url)}>`;
    return `<!date^${part.seconds}^${DATE_FORMAT}|${part.fallback}>`;
  });
  return written.join('');
}

/** A part of a text as Slack can show it. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly url: string }
  /** Unix seconds. */
  | { readonly kind: 'time'; readonly seconds: number; readonly fallback: string };

/** How Slack shows times, each reader in their own zone. */
export const DATE_FORMAT = '{date_short_pretty} {time}';

export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const found of text.matchAll(SPECIAL)) {
    const part = found[1] === undefined ? timeOf(found[0]) : ({ kind: 'link', url: found[1] } as const);
    if (!part) continue;
    if (found.index > at) parts.push({ kind: 'text', text: text.slice(at, found.index) });
    parts.push(part);
    at = found.index + found[0].length;
  }
  return at < text.length ? [...parts, { kind: 'text', text: text.slice(at) }] : parts;
}

/** Whether a `mrkdwn` object could show the text otherwise than it is: bold, struck, code, a quote, a list or an emoji. */
export function isMarkup(text: string): boolean {
  return partsOf(text).some((part) => part.kind === 'text' && MARKUP.test(part.text));
}

/** More than Slack makes something of, never less. */
const MARKUP = /`|(?<![A-Za-z0-9])[*_~]|[*_~](?![A-Za-z0-9])|^\s*(?:>|&gt;|[•◦-]\s|\d+[.)]\s)|:[\w+'-]+:/m;

/** A text for a block of fixed width, as it is. Three backticks inside would end the block: spaces without width part them. */
export function code(text: string): string {
  return escaped(text.replace(/`{3,}/g, (ticks) => [...ticks].join('\u200b')));
}

/** A URL up to what ends it in running text, or a time. */
const SPECIAL =
  /(https?:\/\/[^\s<>|"]*[^\s<>|"'.,;:!?)\]}])|\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?Z\b/g;

function timeOf(iso: string): Part | null {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return null;
  const fallback = `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
  return { kind: 'time', seconds: Math.floor(ms / 1000), fallback };
}

/** The text that stands for the whole message: read aloud, shown in notifications and where blocks cannot be. */
export function fallback(text: string): string {
  return escaped(plain(text));
}
