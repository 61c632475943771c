import type { Message } from './workspace.ts';

/** What a Slack client shows of a message: its blocks, and the text only where there are none; then its files. */
export function shown({ text, blocks = [], files = [] }: Message): string {
  const body = blocks.length > 0 ? blocks.map(blockText).join('\n') : visible(text);
  return [body, ...files.map((file) => `[file ${file.filename}: ${file.altText || file.title}]`)].join('\n');
}

export function blockText(block: unknown): string {
  const {
    type,
    text,
    elements = [],
  } = block as {
    type: string;
    text?: { type: string; text: string };
    elements?: { type: string; text: string | { text: string } }[];
  };
  const part = (each: { type: string; text: string }): string =>
    each.type === 'mrkdwn' ? visible(each.text) : each.text;
  if (type === 'rich_text') return richTextOf(block as RichText);
  if (type === 'actions')
    return elements.map((each) => `[${(each.text as { text: string }).text}]`).join(' ');
  if (text) return part(text);
  return elements.map((each) => part(each as { type: string; text: string })).join(' ');
}

interface RichText {
  readonly elements: readonly {
    readonly elements: readonly {
      readonly type: string;
      readonly text?: string;
      readonly url?: string;
      readonly name?: string;
      readonly fallback?: string;
    }[];
  }[];
}

/** As `visible` shows the same in mrkdwn. */
function richTextOf({ elements }: RichText): string {
  const words = elements.flatMap((section) => section.elements);
  return words
    .map(({ type, text, url, name, fallback }) =>
      type === 'emoji' ? `:${name}:` : (text ?? url ?? fallback ?? ''),
    )
    .join('');
}

/** mrkdwn as it is read: links and dates by their label. */
export function visible(mrkdwn: string): string {
  return mrkdwn
    .replace(/<([^<>|]*)(?:\|([^<>]*))?>/g, (_, what: string, label?: string) => label ?? what)
    .replace(/&(amp|lt|gt);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>' })[name] ?? '');
}

/** Whom a message would call: `@here`, `@U1`; also by names that Slack looks for in texts that are not `verbatim`. */
export function calls({ text, blocks = [] }: Message): string[] {
  const found: string[] = [];
  const look = (mrkdwn: string, verbatim: boolean): void => {
    for (const [, call = ''] of mrkdwn.matchAll(/<([@!#][^<>|^]*)/g)) if (call !== '!date') found.push(call);
    if (!verbatim) for (const [call] of mrkdwn.matchAll(/@(here|channel|everyone)\b/g)) found.push(call);
  };
  look(text, true);
  JSON.stringify(blocks, (_, value) => {
    if (value?.type === 'user') found.push(`@${value.user_id}`);
    if (value?.type === 'mrkdwn') look(value.text, value.verbatim === true);
    return value;
  });
  return found;
}

/**
 * What mrkdwn would make of the words of a message beside what is always a link or a time: formatting, and links with another
 * face. Written from Slack's published rules, independently of the adapter.
 */
export function madeOf({ blocks = [] }: Message): string[] {
  const found: string[] = [];
  JSON.stringify(blocks, (_, value) => {
    if (value?.type === 'mrkdwn') found.push(...madeIn(value.text));
    return value;
  });
  return found;
}

const FORMATTING: readonly RegExp[] = [
  /(?<![\w*])\*\S(?:[^*\n]*\S)?\*(?!\w)/g,
  /(?<!\w)_\S(?:[^_\n]*\S)?_(?!\w)/g,
  /(?<!\w)~\S(?:[^~\n]*\S)?~(?!\w)/g,
  /`[^`\n]+`/g,
  /```[\s\S]+?```/g,
  /^&gt; ?.+/gm,
  /:[\w+'-]+:/g,
];
/** The fence and the sign that the bot itself writes. */
const OURS = /^(?:```\n[\s\S]*\n```$|:(?:white_check_mark|x|hourglass_flowing_sand|raised_hand): )/;

function madeIn(mrkdwn: string): string[] {
  const fenced = /^```\n([\s\S]*)\n```$/.exec(mrkdwn)?.[1];
  if (fenced !== undefined) return fenced.match(/```/g) ?? [];
  const words = mrkdwn.replace(OURS, '');
  const faces = [...words.matchAll(/<([^<>|]*)\|([^<>]*)>/g)].filter(
    ([, what = '']) => !what.startsWith('!date^'),
  );
  const bare = words.replaceAll(/<[^<>]*>/g, '');
  return [...faces.map(([whole]) => whole), ...FORMATTING.flatMap((rule) => bare.match(rule) ?? [])];
}
