import { html } from '../html.ts';

/** What an IRC client shows of lines that were sent to a channel: the text with its colours. */
export function ircLog(lines: readonly { readonly nick: string; readonly text: string }[]): string {
  const rows = lines.map(
    ({ nick, text }) => `<span class="nick">&lt;${html(nick)}&gt;</span> ${coloured(text)}`,
  );
  return `<pre>${rows.join('\n')}</pre>`;
}

const COLOURS: Readonly<Record<string, string>> = { '03': '#3fb950', '04': '#ff6b60' };

/** mIRC colours: the code, two digits, up to the next code. */
function coloured(text: string): string {
  const [start = '', ...parts] = text.split('\x03');
  return (
    html(start) +
    parts
      .map((part) => {
        const colour = COLOURS[part.slice(0, 2)];
        return colour ? `<span style="color:${colour}">${html(part.slice(2))}</span>` : html(part);
      })
      .join('')
  );
}

export const IRC_STYLE = `
.irc, .terminal { background: #10151a; color: #d6dde4; padding: 10px 14px; }
.irc pre, .terminal pre { margin: 0; font: 12.5px/1.5 "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.irc .nick { color: #7fb7ff; }
.terminal { background: #1b1b1b; }
`;
