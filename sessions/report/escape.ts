import { oneLine } from '../said.ts';

/** People's own text in Markdown and HTML: it says what they wrote, and can be nothing else. Links are kept as links. */

/** Where an address ends is where nothing could be slipped in behind it. */
const ADDRESS = /https?:\/\/[A-Za-z0-9\-._~:/?#@!$&()*+,;=%]*[A-Za-z0-9/#=&_~-]/g;

/** In a line or a table's cell of Markdown (CommonMark, and GitHub's). */
export function md(text: string): string {
  const line = pieces(oneLine(text), escapeMarkdown, (address) => `<${address}>`);
  // What would begin a list, a heading or a quote at the beginning of a line; the other signs are escaped already.
  return line.replace(/^([-+=])/, '\\$1').replace(/^(\d+)([.)])/, '$1\\$2');
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>#|~&$!]/g, '\\$&').replace(/@/g, '@\u2060');
}

/** In HTML: an element's text, or a quoted attribute. */
export function escapeHtml(text: string): string {
  return oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** In HTML, with addresses as links. */
export function html(text: string): string {
  return pieces(oneLine(text), escapeHtmlPart, (address) => {
    const shown = escapeHtml(address);
    return `<a href="${shown}" rel="noopener noreferrer nofollow">${shown}</a>`;
  });
}

function escapeHtmlPart(text: string): string {
  // `oneLine` would trim the spaces around an address.
  const [, before = '', middle = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
  return before + escapeHtml(middle) + after;
}

function pieces(text: string, plain: (text: string) => string, address: (address: string) => string): string {
  let shown = '';
  let done = 0;
  for (const match of text.matchAll(ADDRESS)) {
    shown += plain(text.slice(done, match.index)) + address(match[0]);
    done = match.index + match[0].length;
  }
  return shown + plain(text.slice(done));
}
