import { html, pngSource } from '../html.ts';
import { blockText, visible } from './shown.ts';
import type { Message, SharedFile } from './workspace.ts';

/** What a desktop client shows of messages and of what stands in their threads, near enough to see what fits. */
export function slackMessages(messages: readonly Message[]): string {
  const top = messages.filter(({ thread_ts }) => thread_ts === undefined);
  return top
    .map((message) => {
      const below = messages.filter(({ thread_ts }) => thread_ts === message.ts);
      const note = `${below.length} ${below.length === 1 ? 'reply' : 'replies'} in its thread`;
      const thread =
        below.length === 0 ? '' : `<div class="thread"><b>${note}</b>${below.map(content).join('')}</div>`;
      return `<article><div class="avatar">D</div><div class="body"><div class="name">deployday <span class="tag">APP</span></div>${content(message)}${thread}</div></article>`;
    })
    .join('');
}

interface Block {
  readonly type: string;
  readonly text?: { readonly text: string };
  readonly elements?: readonly {
    readonly text: string | { readonly text: string };
    readonly style?: string;
  }[];
}

function content({ text, blocks = [], files = [] }: Message): string {
  const shown =
    blocks.length > 0 ? (blocks as readonly Block[]).map(slackBlock).join('') : `<p>${mrkdwn(text)}</p>`;
  return (files.length > 0 && blocks.length === 0 ? '' : shown) + files.map(file).join('');
}

/** A block of a message or of a page. */
export function slackBlock(of: { readonly type: string }): string {
  const { type, text, elements = [] } = of as Block;
  if (type === 'header') return `<h3>${html(text?.text ?? '')}</h3>`;
  if (type === 'actions') {
    const buttons = elements.map(
      ({ text: label, style = '' }) => `<span class="button ${style}">${html(labelOf(label))}</span>`,
    );
    return `<div class="row">${buttons.join('')}</div>`;
  }
  if (type === 'rich_text') {
    return `<div class="section">${html(blockText(of)).replaceAll('\n', '<br>')}</div>`;
  }
  if (type === 'context') {
    return `<p class="context">${elements.map(({ text: part }) => mrkdwn(labelOf(part))).join(' ')}</p>`;
  }
  return `<div class="section">${mrkdwn(text?.text ?? '')}</div>`;
}

const labelOf = (text: string | { readonly text: string }) => (typeof text === 'string' ? text : text.text);

function file({ filename, title, content: data }: SharedFile): string {
  if (filename.endsWith('.png')) {
    return `<figure><figcaption>${html(title)}</figcaption><img src="${pngSource(data)}"></figure>`;
  }
  return `<div class="file"><b>${html(filename)}</b><pre>${html(data.toString().split('\n').slice(0, 4).join('\n'))}\n…</pre></div>`;
}

/** The few things that the bot uses: fences, links, times, and its four signs. */
function mrkdwn(text: string): string {
  return text
    .split(/(```\n[\s\S]*?\n```)/)
    .map((part) => {
      const code = /^```\n([\s\S]*)\n```$/.exec(part)?.[1];
      return code === undefined ? inline(part) : `<pre>${html(visible(code))}</pre>`;
    })
    .join('');
}

function inline(text: string): string {
  return text
    .split(/(<[^<>]*>|:[a-z_]+:)/)
    .map((part) => {
      const sign = SIGNS[part];
      if (sign) return `<span class="sign ${sign[0]}">${sign[1]}</span>`;
      const link = /^<(https?:[^<>|]*)/.exec(part)?.[1];
      if (link !== undefined) return `<a>${html(visible(link))}</a>`;
      return html(visible(part)).replaceAll('\n', '<br>');
    })
    .join('');
}

const SIGNS: Readonly<Record<string, readonly [colour: string, sign: string]>> = {
  ':white_check_mark:': ['green', '✓'],
  ':x:': ['red', '✗'],
  ':hourglass_flowing_sand:': ['sand', '↻'],
  ':raised_hand:': ['hand', '!'],
};

export const SLACK_STYLE = `
.slack { background: #fff; color: #1d1c1d; font: 15px/1.47 Lato, "Noto Sans", "DejaVu Sans", sans-serif; padding: 12px 16px; }
.slack article { display: flex; gap: 8px; }
.slack .avatar { flex: none; width: 36px; height: 36px; border-radius: 4px; background: #2f4f4f; color: #fff; display: grid; place-items: center; font-weight: 700; }
.slack .body { min-width: 0; flex: 1; } .slack .name { font-weight: 900; }
.slack .tag { background: #e8e8e8; color: #616061; border-radius: 2px; font-size: 10px; padding: 1px 3px; }
.slack p, .slack .section { margin: 2px 0; overflow-wrap: anywhere; } .slack .context { color: #616061; font-size: 13px; }
.slack pre { margin: 4px 0; padding: 8px; background: #f8f8f8; border: 1px solid #ddd; border-radius: 4px; font: 12px/1.5 Monaco, "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.slack a { color: #1264a3; } .slack .row { display: flex; gap: 8px; margin: 6px 0; }
.slack .button { border: 1px solid #bbb; border-radius: 4px; padding: 4px 12px; font-size: 13px; font-weight: 700; }
.slack .primary { background: #007a5a; border-color: #007a5a; color: #fff; } .slack .danger { border-color: #e01e5a; color: #e01e5a; }
.slack .thread { margin-top: 4px; padding-left: 10px; border-left: 3px solid #ddd; font-size: 14px; } .slack .thread > b { color: #1264a3; font-size: 12px; }
.slack figcaption { color: #616061; font-size: 12px; } .slack figure { margin: 4px 0; } .slack img { width: 360px; border: 1px solid #ddd; border-radius: 6px; display: block; }
.slack .sign { display: inline-grid; place-items: center; width: 17px; height: 17px; border-radius: 3px; color: #fff; font-size: 13px; line-height: 1; }
.slack .green { background: #2eb67d; } .slack .red { color: #e01e5a; font-weight: 900; } .slack .sand { color: #a8741a; } .slack .hand { background: #ecb22e; }
`;
