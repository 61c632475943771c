import { html, pngSource } from '../html.ts';
import { shownOf } from './markdown.ts';
import type { Message } from './model.ts';

/** A channel as a desktop client shows it, near enough to see what fits and what does not. */
export function channelPage(title: string, messages: readonly Message[]): string {
  return `<!doctype html><meta charset="utf-8"><title>${html(title)}</title><style>${DISCORD_STYLE}</style>
<main class="discord">${messages.map((message) => discordMessage(message)).join('\n')}</main>`;
}

/** `pictures`: the PNGs of its attachments, by their description. */
export function discordMessage(message: Message, pictures: ReadonlyMap<string, Buffer> = new Map()): string {
  const embeds = message.embeds.map(({ description = '', color, image }) => {
    const bar = color === undefined ? '#1e1f22' : `#${color.toString(16).padStart(6, '0')}`;
    const picture = message.attachments.find(({ filename }) => image?.url === `attachment://${filename}`);
    const data = pictures.get(picture?.description ?? '');
    const words = html(picture?.description ?? '');
    const drawn = !picture
      ? ''
      : data
        ? `<img alt="${words}" src="${pngSource(data)}">`
        : `<figure>${words}</figure>`;
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
    out = out.replaceAll(`({${time}})`, `(<span class="time">${howFar(time)}</span>)`);
    out = out.replaceAll(`{${time}}`, `<span class="time">${local}</span>`);
  }
  return out;
}

/** Seen at a fixed time, so that an image that is drawn again is the same. */
const SEEN_AT = Date.parse('2026-03-08T11:00:00Z') / 1_000;

function howFar(time: number): string {
  const minutes = Math.round((time - SEEN_AT) / 60);
  const format = new Intl.RelativeTimeFormat('en');
  return Math.abs(minutes) < 60
    ? format.format(minutes, 'minute')
    : format.format(Math.round(minutes / 60), 'hour');
}

export const DISCORD_STYLE = `
.discord { padding: 12px 16px; background: #313338; color: #dbdee1; font: 16px/1.375 "gg sans", "Noto Sans", "DejaVu Sans", sans-serif; }
.discord article { display: flex; gap: 16px; }
.discord .avatar { flex: none; width: 40px; height: 40px; border-radius: 50%; background: #5865f2; color: #fff; display: grid; place-items: center; font-weight: 700; }
.discord .body { min-width: 0; flex: 1; }
.discord .name { font-weight: 600; color: #f2f3f5; }
.discord .tag { background: #5865f2; color: #fff; border-radius: 4px; font-size: 10px; padding: 1px 4px; vertical-align: 2px; }
.discord .embed { max-width: 516px; box-sizing: border-box; margin-top: 6px; padding: 8px 16px 12px 12px; background: #2b2d31; border-left: 4px solid; border-radius: 4px; font-size: 14px; }
.discord pre { margin: 6px 0 0; padding: 8px; background: #1e1f22; border: 1px solid #232428; border-radius: 4px; font: 14px/18px "gg mono", "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.discord .embed pre { font-size: 12.25px; }
.discord .content > pre { max-width: 90%; }
.discord .file { margin-top: 6px; padding: 10px; background: #2b2d31; border: 1px solid #1f2023; border-radius: 8px; font-size: 14px; max-width: 600px; }
.discord figure { margin: 8px 0 0; height: 90px; border-radius: 4px; background: #1e1f22; display: grid; place-items: center; color: #949ba4; }
.discord .row { display: flex; gap: 8px; margin-top: 8px; }
.discord .button { padding: 6px 16px; border-radius: 4px; font-size: 14px; font-weight: 500; color: #fff; background: #4e5058; }
.discord .style-1 { background: #5865f2; } .discord .style-4 { background: #da373c; }
.discord a { color: #00a8fc; } .discord .time { background: #3f4147; border-radius: 3px; padding: 0 2px; }
.discord .embed img { display: block; max-width: 100%; margin-top: 8px; border-radius: 4px; }
`;
