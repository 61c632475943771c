import type { types } from '@slack/bolt';
import { DATE_FORMAT, isMarkup, mrkdwn, type Part, partsOf } from './mrkdwn.ts';

/**
 * A text of at most 3,000 characters (as `mrkdwn` writes it) that is shown as it is. `sign`: an emoji before it, by name. Where the
 * text has something that `mrkdwn` would make formatting of, which nothing can escape there, it is spelled out as rich text. `user`: the
 * id of who is called at its beginning.
 */
export function paragraph(
  text: string,
  sign?: string,
  user?: string,
): types.SectionBlock | types.RichTextBlock {
  if (!isMarkup(text)) {
    const called = user === undefined ? mrkdwn(text) : `<@${user}> ${mrkdwn(text)}`;
    const words = sign === undefined ? called : `:${sign}: ${called}`;
    return { type: 'section', text: { type: 'mrkdwn', text: words, verbatim: true } };
  }
  const before: types.RichTextElement[] =
    sign === undefined
      ? []
      : [
          { type: 'emoji', name: sign },
          { type: 'text', text: ' ' },
        ];
  const called: types.RichTextElement[] =
    user === undefined
      ? []
      : [
          { type: 'user', user_id: user },
          { type: 'text', text: ' ' },
        ];
  const elements = [...before, ...called, ...partsOf(text).map(richText)];
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] };
}

function richText(part: Part): types.RichTextElement {
  if (part.kind === 'text') return { type: 'text', text: part.text };
  if (part.kind === 'link') return { type: 'link', url: part.url };
  return { type: 'date', timestamp: part.seconds, format: DATE_FORMAT, fallback: part.fallback };
}
