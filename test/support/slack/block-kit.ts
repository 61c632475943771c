import { z } from 'zod';

/** Block Kit as Slack documents it, with its limits; what we have no use for is left out, and so refused. */

const id = z.string().min(1).max(255).optional();
const plain = (most: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(most),
    emoji: z.boolean().optional(),
  });
const mrkdwn = z.strictObject({
  type: z.literal('mrkdwn'),
  text: z.string().min(1).max(3_000),
  verbatim: z.boolean().optional(),
});
const text = z.discriminatedUnion('type', [plain(3_000), mrkdwn]);

const confirm = z.strictObject({
  title: plain(100),
  text: z.union([plain(300), mrkdwn]),
  confirm: plain(30),
  deny: plain(30),
  style: z.enum(['primary', 'danger']).optional(),
});
const button = z.strictObject({
  type: z.literal('button'),
  action_id: id,
  text: plain(75),
  value: z.string().max(2_000).optional(),
  url: z.url().max(3_000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  confirm: confirm.optional(),
});
const option = z.strictObject({ text: plain(75), value: z.string().min(1).max(150) });
const staticSelect = z
  .strictObject({
    type: z.literal('static_select'),
    action_id: id,
    placeholder: plain(150).optional(),
    options: z.array(option).min(1).max(100),
    initial_option: option.optional(),
  })
  .refine(
    ({ options, initial_option: initial }) =>
      !initial || options.some(({ value }) => value === initial.value),
    {
      error: 'initial_option must be one of the options',
    },
  );
const plainTextInput = z.strictObject({
  type: z.literal('plain_text_input'),
  action_id: id,
  placeholder: plain(150).optional(),
  initial_value: z.string().max(3_000).optional(),
  multiline: z.boolean().optional(),
});
const conversationsSelect = z.strictObject({
  type: z.literal('conversations_select'),
  action_id: id,
  default_to_current_conversation: z.boolean().optional(),
  response_url_enabled: z.boolean().optional(),
});

const section = z.strictObject({ type: z.literal('section'), block_id: id, text });
const context = z.strictObject({
  type: z.literal('context'),
  block_id: id,
  elements: z.array(text).min(1).max(10),
});
const actions = z
  .strictObject({
    type: z.literal('actions'),
    block_id: id,
    elements: z
      .array(z.discriminatedUnion('type', [button, staticSelect]))
      .min(1)
      .max(25),
  })
  .refine(({ elements }) => unique(elements.map(({ action_id }) => action_id)), {
    error: 'action_id already exists in this block',
  });
const divider = z.strictObject({ type: z.literal('divider'), block_id: id });
const header = z.strictObject({ type: z.literal('header'), block_id: id, text: plain(150) });
const input = z.strictObject({
  type: z.literal('input'),
  block_id: id,
  label: plain(2_000),
  hint: plain(2_000).optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
  element: z.discriminatedUnion('type', [plainTextInput, staticSelect, conversationsSelect]),
});

/** Of rich text: sections of plain words, links, dates, people and emoji, without any style. */
const richText = z.strictObject({
  type: z.literal('rich_text'),
  block_id: id,
  elements: z
    .array(
      z.strictObject({
        type: z.literal('rich_text_section'),
        elements: z
          .array(
            z.discriminatedUnion('type', [
              z.strictObject({ type: z.literal('text'), text: z.string().min(1) }),
              z.strictObject({ type: z.literal('link'), url: z.url().max(3_000) }),
              z.strictObject({ type: z.literal('emoji'), name: z.string().min(1) }),
              z.strictObject({ type: z.literal('user'), user_id: z.string().regex(/^[UW][A-Z0-9]+$/) }),
              z.strictObject({
                type: z.literal('date'),
                timestamp: z.int(),
                format: z.string().min(1),
                fallback: z.string().min(1).optional(),
              }),
            ]),
          )
          .min(1),
      }),
    )
    .min(1),
});

const anywhere = [section, richText, context, actions, divider, header] as const;
const distinct = { error: 'block_id already exists' };

export const messageBlocks = z
  .array(z.discriminatedUnion('type', [...anywhere]))
  .max(50)
  .refine((blocks) => unique(blocks.map(({ block_id }) => block_id)), distinct);

const viewBlocks = z
  .array(z.discriminatedUnion('type', [...anywhere, input]))
  .max(100)
  .refine((blocks) => unique(blocks.map(({ block_id }) => block_id)), distinct);

export const modal = z
  .strictObject({
    type: z.literal('modal'),
    callback_id: z.string().max(255).optional(),
    private_metadata: z.string().max(3_000).optional(),
    title: plain(24),
    submit: plain(24).optional(),
    close: plain(24).optional(),
    blocks: viewBlocks,
  })
  .refine(({ blocks, submit }) => submit !== undefined || blocks.every(({ type }) => type !== 'input'), {
    error: 'submit is required when an input block is within blocks',
  });

export const home = z.strictObject({ type: z.literal('home'), blocks: viewBlocks });

export type MessageBlock = z.output<typeof messageBlocks>[number];
export type ViewBlock = z.output<typeof viewBlocks>[number];
export type InputBlock = z.output<typeof input>;
export type ButtonElement = z.output<typeof button>;
export type Modal = z.output<typeof modal>;
export type Home = z.output<typeof home>;

/** The characters of all texts; Slack refuses messages with too many of them in all. */
export function textLength(blocks: readonly unknown[]): number {
  let length = 0;
  JSON.stringify(blocks, (key, value) => {
    if (key === 'text' && typeof value === 'string') length += value.length;
    return value;
  });
  return length;
}

function unique(ids: readonly (string | undefined)[]): boolean {
  const given = ids.filter((each) => each !== undefined);
  return new Set(given).size === given.length;
}
