/**
 * What a reader of Discord sees of a message's text: its plain text, and everything that the client made something of. Written
 * from Discord's published formatting rules and the behaviour of its clients, independently of the adapter.
 */
export interface Shown {
  readonly text: string;
  /** Formatting, mentions and the like, by kind: `bold`, `mention`, `spoiler` … */
  readonly entities: readonly string[];
  readonly links: readonly string[];
  /** Unix seconds. */
  readonly times: readonly number[];
  readonly codeBlocks: readonly string[];
}

type Rule = readonly [kind: string, pattern: RegExp];

/** In the order in which clients try them at each character. */
const RULES: readonly Rule[] = [
  ['heading', /^ *#{1,3} +[^\n]*\S/],
  ['subtext', /^ *-# +[^\n]*\S/],
  ['quote', /^ *>>> +[\s\S]+|^ *> +[^\n]*/],
  ['list', /^ *(?:[*-]|\d+\.) +\S[^\n]*/],
  ['escape', /^\\([^0-9A-Za-z\s])/],
  ['code block', /^```(?:([a-z0-9_+\-.#]+?)\n)?\n*([^\n][\s\S]*?)\n*```/i],
  ['everyone', /^@(?:everyone|here)/],
  ['time', /^<t:(-?\d{1,17})(?::[tTdDfFR])?>/],
  ['mention', /^<(?:@[!&]?|#)\d+>/],
  ['command mention', /^<\/[^>]+:\d+>/],
  ['guide', /^<id:\w+(?::\d+)?>/],
  ['emoji', /^<a?:\w+:\d+>/],
  ['autolink', /^<([^:\s>]+:\/[^\s>]+)>/],
  ['link', /^https?:\/\/[^\s<]+[^<.,:;"'\]\s]/],
  [
    'masked link',
    /^\[(?:\[[^\]]*\]|[^[\]]|\](?=[^[]*\]))*\]\(\s*<?(?:[^\s\\]|\\.)*?>?(?:\s+['"][\s\S]*?['"])?\s*\)/,
  ],
  [
    'italics',
    /^_((?:__|\\[\s\S]|[^\\_])+?)_(?![0-9A-Za-z_])|^\*(?=\S)(?:\*\*|\s+(?:[^*\s]|\*\*)|[^\s*])+?\*(?!\*)/,
  ],
  ['bold', /^\*\*(?:\\[\s\S]|[^\\])+?\*\*(?!\*)/],
  ['underline', /^__(?:\\[\s\S]|[^\\])+?__(?!_)/],
  ['strike', /^~~[\s\S]+?~~(?!_)/],
  ['spoiler', /^\|\|[\s\S]+?\|\|/],
  ['code', /^(`+)([\s\S]*?[^`])\1(?!`)/],
];
const AT_LINE_START = ['heading', 'subtext', 'quote', 'list'];

export function shownOf(markup: string): Shown {
  const shown = {
    text: '',
    entities: [] as string[],
    links: [] as string[],
    times: [] as number[],
    codeBlocks: [] as string[],
  };
  let at = 0;
  while (at < markup.length) {
    const rest = markup.slice(at);
    const lineStart = at === 0 || markup[at - 1] === '\n';
    const found = RULES.flatMap(([kind, pattern]) => {
      if (AT_LINE_START.includes(kind) && !lineStart) return [];
      const match = pattern.exec(rest);
      return match ? [{ kind, match }] : [];
    })[0];
    if (!found) {
      // Clients take letters and digits in one go: what begins inside a word is no formatting.
      const word = /^[0-9A-Za-z]+(?:_+[0-9A-Za-z]+)*|^[\s\S]/.exec(rest)?.[0] ?? '';
      shown.text += word;
      at += word.length;
      continue;
    }
    const { kind, match } = found;
    at += match[0].length;
    if (kind === 'escape') shown.text += match[1];
    else if (kind === 'time') {
      shown.times.push(Number(match[1]));
      shown.text += `{${match[1]}}`;
    } else if (kind === 'autolink') {
      shown.links.push(match[1] ?? '');
      shown.text += match[1];
    } else if (kind === 'code block') {
      shown.codeBlocks.push(match[2] ?? '');
      shown.text += `${match[2]}\n`;
    } else {
      if (kind === 'link') shown.links.push(match[0]);
      shown.entities.push(kind);
      shown.text += match[0];
    }
  }
  return shown;
}
