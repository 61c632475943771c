/**
 * The command in a line, with the way of addressing the bot taken off: `!verb …`, `nick: verb …`, `nick, verb …`, and in a
 * direct message the bare text, too. Null when the line is not for us.
 *
 * `lower` compares names as the server does.
 */
export function commandIn(
  line: string,
  us: { nick: string; direct: boolean; lower: (name: string) => string },
): string | null {
  const text = line.replace(FORMATTING, '').trim();
  const marked = /^!(\p{L}.*)$/su.exec(text);
  if (marked) return marked[1] ?? null;
  const named = /^([^\s:,]+)[:,]\s*(\S.*)$/su.exec(text);
  if (named?.[1] && us.lower(named[1]) === us.lower(us.nick))
    return (named[2] ?? '').replace(/^!(?=\p{L})/u, '');
  return us.direct && text !== '' ? text : null;
}

const FORMATTING = new RegExp(
  [
    '\\x03(?:\\d{1,2}(?:,\\d{1,2})?)?', // colour by number
    '\\x04(?:[0-9a-f]{6}(?:,[0-9a-f]{6})?)?', // colour by value
    '[\\x00-\\x08\\x0a-\\x1f\\x7f]', // bold and the like, and every other control character
  ].join('|'),
  'gi',
);
