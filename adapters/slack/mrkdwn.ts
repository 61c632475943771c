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
  let result = '';
  let at = 0;
  for (const found of text.matchAll(SPECIAL)) {
    const token = found[1] === undefined ? date(found[0]) : `<${escaped(found[1])}>`;
    result += escaped(text.slice(at, found.index)) + token;
    at = found.index + found[0].length;
  }
  return result + escaped(text.slice(at));
}

/** A text for a block of fixed width, as it is. Three backticks inside would end the block: spaces without width part them. */
export function code(text: string): string {
  return escaped(text.replace(/`{3,}/g, (ticks) => [...ticks].join('\u200b')));
}

/** A URL up to what ends it in running text, or a time. */
const SPECIAL =
  /(https?:\/\/[^\s<>|"]*[^\s<>|"'.,;:!?)\]}])|\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?Z\b/g;

function date(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const fallback = `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
  return `<!date^${Math.floor(at.getTime() / 1000)}^{date_short_pretty} {time}|${fallback}>`;
}

/** The text that stands for the whole message: read aloud, shown in notifications and where blocks cannot be. */
export function fallback(text: string): string {
  return escaped(plain(text));
}
