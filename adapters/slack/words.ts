/** A text as Slack hands it over, turned back into what was typed. */
export function typed(text: string, team: string): string {
  return text
    .replace(/<([^<>]*)>/g, (_, token: string) => meaning(token, team))
    .replace(/\u00a0/g, ' ')
    .replace(/&(amp|lt|gt);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>' })[name] ?? '');
}

/** `<@U1|bob>`, `<#C1|general>`, `<!here>`, `<https://x|x>` */
function meaning(token: string, team: string): string {
  const [what = '', label = ''] = token.split('|', 2);
  if (what.startsWith('@')) return `slack:${team}/${what.slice(1)}`;
  if (what.startsWith('#')) return `#${label || what.slice(1)}`;
  if (what.startsWith('!')) return label || `@${what.slice(1).split('^')[0]}`;
  // Slack makes links of what looks like one; the label is then what was typed.
  const isOwnLink =
    label !== '' && what.replace(/^(https?:\/\/|mailto:|tel:)/, '').replace(/\/$/, '') === label;
  return isOwnLink ? label : what.replace(/^(mailto|tel):/, '');
}

/**
 * The command in what somebody said: what follows the first mention of the bot, or, in a direct message without one, all of it.
 * Null when it is not for us, as thanks are that end with a mention. A mention alone asks for help.
 */
export function commandIn(text: string, us: { user: string; team: string; direct: boolean }): string | null {
  const mentions = [...text.matchAll(/<@([^<>|]+)(?:\|[^<>]*)?>[\s\u00a0]*[:,]?/g)];
  const mention = mentions.find(([, user]) => user === us.user);
  if (!mention && !us.direct) return null;
  const command = (part: string) => unfenced(typed(part, us.team));
  if (!mention) return command(text) || null;
  const isAlone = text.slice(0, mention.index).trim() === '';
  return command(text.slice(mention.index + mention[0].length)) || (isAlone ? 'help' : null);
}

/** Without the backticks that people put around a whole command. */
function unfenced(text: string): string {
  const trimmed = text.trim();
  const inside = /^(`{3}|`)([^`]+)\1$/s.exec(trimmed);
  return (inside?.[2] ?? trimmed).trim();
}
