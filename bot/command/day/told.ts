import { oneLine } from '../../../sessions/said.ts';
import { show } from '../names.ts';
import type { Told } from '../reads.ts';

/** The longest text of each kind, in characters. */
export const LONGEST = { title: 120, note: 500, option: 60, question: 200, word: 80 } as const;

export function act<Act>(given: Act): Told<Act> {
  return { ok: true, act: given };
}

export function wrong(message: string, ...repairs: string[]): Extract<Told<never>, { ok: false }> {
  return { ok: false, message, repairs };
}

/** The first word, in small letters, and what follows it. */
export function firstWord(text: string): { word: string; rest: string } {
  const [, word = '', rest = ''] = /^\s*(\S*)\s*([\s\S]*)$/.exec(text) ?? [];
  return { word: word.toLowerCase(), rest: rest.trim() };
}

/** `3` or `#3`; null if it is no such number. */
export function numberOf(word: string): number | null {
  const digits = /^#?(\d{1,6})$/.exec(word)?.[1];
  return digits === undefined || Number(digits) < 1 ? null : Number(digits);
}

/** A text of people's own on one line, or what is wrong with it. */
export function textOf(what: string, text: string, longest: number): { text: string } | { fault: string } {
  const line = oneLine(text);
  if (line === '') return { fault: `${what} is missing` };
  const length = [...line].length;
  if (length > longest) return { fault: `${what} has ${length} characters; at most ${longest} fit` };
  return { text: line };
}

/** `done 3`: one number and nothing else. */
export function numbered<Do extends string>(
  verb: string,
  what: Do,
  rest: string,
): Told<{ readonly do: Do; readonly number: number }> {
  const number = numberOf(rest.trim());
  if (number !== null) return act({ do: what, number });
  const first = numberOf(firstWord(rest).word);
  const message =
    rest.trim() === ''
      ? `${verb} ${what} needs a number: ${verb} lists them`
      : `${verb} ${what} takes one number, not ${show(rest.trim())}`;
  return first === null ? wrong(message) : wrong(message, `${what} ${first}`);
}

/**
 * Takes `key=value` words of these keys out of a text, wherever they stand; values may be quoted. Other words with `=` are
 * people's own.
 */
export function takeKeys<Key extends string>(
  text: string,
  keys: readonly Key[],
): { text: string; given: { readonly [K in Key]?: string }; twice: Key | null } {
  const given: { [K in Key]?: string } = {};
  let twice: Key | null = null;
  const pattern = new RegExp(
    `(^|\\s)(${keys.join('|')})=(?:"([^"]*)"|“([^”]*)”|((?:'[^']*'|\\\\'|[^\\s'"“])+))(?=\\s|$)`,
    'gi',
  );
  const rest = text.replace(
    pattern,
    (_, before: string, key: string, ...[double, curly, plain]: string[]) => {
      const name = key.toLowerCase() as Key;
      if (given[name] !== undefined) twice = name;
      given[name] = oneLine(double ?? curly ?? unquote(plain ?? ''));
      return before;
    },
  );
  return { text: rest, given, twice };
}

/** Single quotes and backslashes as in a shell: menus write values so. */
function unquote(word: string): string {
  return word.replace(/'([^']*)'|\\(.)/g, (_, quoted?: string, escaped?: string) => quoted ?? escaped ?? '');
}
