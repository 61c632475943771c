import { html } from '../html.ts';

interface Option {
  readonly name: string;
  readonly description?: string;
  readonly required?: boolean;
  readonly options?: readonly Option[];
}

/** An option that is being typed, after others were filled in, and what the bot offered for it. */
export interface Typed {
  readonly others: readonly { readonly name: string; readonly value: string }[];
  readonly name: string;
  readonly text: string;
  readonly choices: readonly string[];
}

/** What a desktop client shows above the line into which a command of the menu is typed, as it was registered. */
export function discordMenu(command: Option | undefined, verb: string, typed: readonly Typed[]): string {
  const found = find(command?.options ?? [], verb, command?.name ?? '');
  if (!found) throw new Error(`there is no command ${verb} in the menu`);
  const { path, options = [] } = found;
  const rows = options.map(
    ({ name, description = '', required }) =>
      `<div><b>${html(name)}</b> ${html(description)}${required ? '' : ' <i>optional</i>'}</div>`,
  );
  const first = popup(`/${path} · ${found.description ?? ''}`, rows) + line(path, '');
  const others = typed.map(({ others: given, name, text, choices }) => {
    const about = options.find((option) => option.name === name);
    const offered = choices.map((choice) => `<div>${html(choice)}</div>`);
    const filled = given.map((option) => pill(option.name, option.value)).join(' ');
    return (
      popup(`${name} · ${about?.description ?? ''}`, offered) +
      line(path, `${filled} ${pill(name, text, true)}`)
    );
  });
  return [first, ...others].map((each) => `<div class="menu">${each}</div>`).join('');
}

function find(
  options: readonly Option[],
  verb: string,
  before: string,
): (Option & { readonly path: string }) | undefined {
  for (const option of options) {
    const path = `${before} ${option.name}`;
    if (option.name === verb) return { ...option, path };
    const inside = find(option.options ?? [], verb, path);
    if (inside) return inside;
  }
  return undefined;
}

function popup(title: string, rows: readonly string[]): string {
  return `<div class="popup"><p>${html(title)}</p>${rows.join('')}</div>`;
}

function line(path: string, rest: string): string {
  return `<div class="line"><b>/${html(path)}</b> ${rest}</div>`;
}

function pill(name: string, value: string, isOpen = false): string {
  return `<span class="pill${isOpen ? ' open' : ''}"><i>${html(name)}</i> ${html(value)}${isOpen ? '▏' : ''}</span>`;
}

export const DISCORD_MENU_STYLE = `
.discord .menu { margin-bottom: 14px; }
.discord .popup { background: #2b2d31; border-radius: 6px 6px 0 0; padding: 8px 12px; font-size: 14px; }
.discord .popup p { margin: 0 0 4px; color: #b5bac1; font-size: 12px; font-weight: 700; } .discord .popup div { padding: 3px 0; color: #b5bac1; }
.discord .popup b { color: #f2f3f5; margin-right: 8px; } .discord .popup i { color: #949ba4; font-size: 12px; }
.discord .line { background: #383a40; border-radius: 0 0 6px 6px; padding: 10px 12px; }
.discord .pill { background: #2b2d31; border-radius: 4px; padding: 2px 6px; } .discord .pill i { color: #949ba4; font-style: normal; }
.discord .open { outline: 1px solid #00a8fc; }
`;
