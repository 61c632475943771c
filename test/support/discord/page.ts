import { shownOf } from './markdown.ts';
import type { Message } from './model.ts';

/** A channel as a desktop client shows it, near enough to see what fits and what does not. */
export function channelPage(
  title: string,
  messages: readonly { heading: string; message: Message }[],
): string {
  const items = messages.map(({ heading, message }) => `<h2>${html(heading)}</h2>${article(message)}`);
  return `<!doctype html><meta charset="utf-8"><title>${html(title)}</title><style>${STYLE}</style>
<main>${items.join('\n')}</main>`;
}

function article(message: Message): string {
  const embeds = message.embeds.map(({ description = '', color, image }) => {
    const bar = color === undefined ? '#1e1f22' : `#${color.toString(16).padStart(6, '0')}`;
    const picture = message.attachments.find(({ filename }) => image?.url === `attachment://${filename}`);
    const drawn = picture ? `<figure>${html(picture.description ?? '')}</figure>` : '';
    return `<div class="embed" style="border-color:${bar}">${markup(description)}${drawn}</div>`;
  });
  const files = message.attachments
    .filter(({ filename }) => filename.endsWith('.txt'))
    .map(
      ({ filename, text, size }) =>
        `<div class="file"><b>${filename}</b> · ${size} bytes<pre>${html(text.split('\n').slice(0, 5).join('\n'))}\n…</pre></div>`,
    );
  const rows = message.components.map(
    ({ components }) =>
      `<div class="row">${components.map(({ label = '', style }) => `<span class="button style-${style}">${html(label)}</span>`).join('')}</div>`,
  );
  return `<article><div class="avatar">D</div><div class="body"><div class="name">${html(message.author.username)} <span class="tag">APP</span></div>
<div class="content">${markup(message.content)}</div>${embeds.join('')}${files.join('')}${rows.join('')}</div></article>`;
}

/** Code blocks and links as such; the rest is plain, as the bot formats nothing. */
function markup(text: string): string {
  return text
    .split(/(```\n[\s\S]*?\n```)\n?/)
    .map((part) => {
      const code = /^```\n([\s\S]*)\n```$/.exec(part)?.[1];
      return code === undefined ? inline(part) : `<pre>${html(code)}</pre>`;
    })
    .join('');
}

function inline(text: string): string {
  const shown = shownOf(text);
  let out = html(shown.text).replaceAll('\n', '<br>');
  for (const link of new Set(shown.links)) out = out.replaceAll(html(link), `<a>${html(link)}</a>`);
  for (const time of new Set(shown.times)) {
    const local = new Date(time * 1000).toLocaleString('en-GB', {
      timeZone: 'UTC',
      dateStyle: 'long',
      timeStyle: 'short',
    });
    out = out.replaceAll(`{${time}}`, `<span class="time">${local}</span>`);
  }
  return out;
}

function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const STYLE = `
body { margin: 0; background: #313338; color: #dbdee1; font: 16px/1.375 "gg sans", "Noto Sans", "DejaVu Sans", sans-serif; }
main { width: 820px; padding: 16px; }
h2 { margin: 20px 0 6px; font-size: 12px; font-weight: 600; color: #949ba4; text-transform: uppercase; letter-spacing: .04em; }
article { display: flex; gap: 16px; }
.avatar { flex: none; width: 40px; height: 40px; border-radius: 50%; background: #5865f2; color: #fff; display: grid; place-items: center; font-weight: 700; }
.body { min-width: 0; flex: 1; }
.name { font-weight: 600; color: #f2f3f5; }
.tag { background: #5865f2; color: #fff; border-radius: 4px; font-size: 10px; padding: 1px 4px; vertical-align: 2px; }
.embed { max-width: 516px; box-sizing: border-box; margin-top: 6px; padding: 8px 16px 12px 12px; background: #2b2d31; border-left: 4px solid; border-radius: 4px; font-size: 14px; }
pre { margin: 6px 0 0; padding: 8px; background: #1e1f22; border: 1px solid #232428; border-radius: 4px; font: 14px/18px "gg mono", "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.embed pre { font-size: 12.25px; }
.content > pre { max-width: 90%; }
.file { margin-top: 6px; padding: 10px; background: #2b2d31; border: 1px solid #1f2023; border-radius: 8px; font-size: 14px; max-width: 600px; }
figure { margin: 8px 0 0; height: 90px; border-radius: 4px; background: #1e1f22; display: grid; place-items: center; color: #949ba4; }
.row { display: flex; gap: 8px; margin-top: 8px; }
.button { padding: 6px 16px; border-radius: 4px; font-size: 14px; font-weight: 500; color: #fff; background: #4e5058; }
.style-1 { background: #5865f2; } .style-4 { background: #da373c; }
a { color: #00a8fc; } .time { background: #3f4147; border-radius: 3px; padding: 0 2px; }
`;
