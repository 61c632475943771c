import type { types } from '@slack/bolt';
import { DATE_FORMAT, isMarkup, mrkdwn, type Part, partsOf } from './mrkdwn.ts';

/**
 * A text of at most 3,000 characters (as `mrkdwn` writes it) that is shown as it is. `sign`: an emoji before it, by name. Where the
 * text has something that `mrkdwn` would make formatting of, which nothing can escape there, it is spelled out as rich text.
 */
export function paragraph(text: string, sign?: string): types.SectionBlock | types.RichTextBlock {
  if (!isMarkup(text)) {
    const words = sign === undefined ? mrkdwn(text) : `:${sign}: ${mrkdwn(text)}`;
    return { type: 'section', text: { type: 'mrkdwn', text: words, verbatim: true } };
  }
  const before: types.RichTextElement[] =
    sign === undefined
      ? []
      : [
          { type: 'emoji', name: sign },
          { type: 'text', text: ' ' },
        ];
  const elements = [...before, ...partsOf(text).map(richText)];
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] };
}

function richText(part: Part): types.RichTextElement {
  if (part.kind === 'text') return { type: 'text', text: part.text };
  if (part.kind === 'link') return { type: 'link', url: part.url };
  return { type: 'date', timestamp: part.seconds, format: DATE_FORMAT, fallback: part.fallback };
}
