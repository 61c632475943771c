import type { types } from '@slack/bolt';
import type { CommandOption, CommandShape, FormField } from '../adapter.ts';
import { plainText } from './buttons.ts';

/** Beginning of the block id of an option of the command. */
export const OPTION = 'option-';
/** Block id of a setting. It names the blueprint, as Slack keeps what was typed where a block of the same id comes back. */
export const setting = (blueprint: string, name: string): string => `setting/${blueprint}/${name}`;
export const settingOf = (block: string): string | undefined => /^setting\/[^/]*\/(.+)$/.exec(block)?.[1];
export const CHOOSER = `${OPTION}blueprint`;
/** The option that all settings are written into, as `key=value`. */
export const SETTINGS = 'settings';
/** Where the answer goes if the form was opened outside of all channels. */
const TARGET = 'target';
const ACTION = 'value';

/** Where the form was opened. */
export interface Origin {
  readonly channel?: string;
  readonly replyTo?: string;
}

export interface Shown {
  readonly shape: CommandShape;
  /** Known values by option. */
  readonly offers: Readonly<Record<string, readonly string[]>>;
  readonly blueprint: string;
  readonly fields: readonly FormField[];
  readonly origin: Origin;
}

export function formView({ shape, offers, blueprint, fields, origin }: Shown): types.ModalView {
  const secrets = fields.filter(({ secret }) => secret);
  const settings = fields.filter(({ secret }) => !secret).map((field) => settingInput(field, blueprint));
  const options = shape.options
    .filter(({ name }) => name !== SETTINGS)
    .map((option) => optionInput(option, offers[option.name] ?? [], blueprint));
  const target = origin.channel === undefined ? [targetInput()] : [];
  return {
    type: 'modal',
    callback_id: shape.verb,
    private_metadata: JSON.stringify(origin),
    title: plainText('Provision', 24),
    submit: plainText('Provision', 24),
    close: plainText('Cancel', 24),
    blocks: [...options, ...settings, ...(secrets.length > 0 ? [secretsNote(secrets)] : []), ...target].slice(
      0,
      100,
    ),
  };
}

function optionInput(option: CommandOption, offers: readonly string[], blueprint: string): types.InputBlock {
  const isChooser = option.name === 'blueprint';
  const choices = option.choices ?? offers;
  return {
    type: 'input',
    block_id: OPTION + option.name,
    label: plainText(option.name, 48),
    hint: plainText(option.summary, 150),
    optional: !option.required && !isChooser,
    ...(isChooser ? { dispatch_action: true } : {}),
    element: entry(choices, isChooser ? blueprint : undefined),
  };
}

function settingInput({ name, summary, choices, initial }: FormField, blueprint: string): types.InputBlock {
  return {
    type: 'input',
    block_id: setting(blueprint, name),
    label: plainText(name, 48),
    ...(summary.trim() === '' ? {} : { hint: plainText(summary, 150) }),
    optional: true,
    element: entry(choices ?? [], initial),
  };
}

/** A menu where the values are known and Slack has room for them, else a line to type into. */
function entry(
  choices: readonly string[],
  initial: string | undefined,
): types.StaticSelect | types.PlainTextInput {
  const isMenu =
    choices.length > 0 && choices.length <= 100 && choices.every((each) => each !== '' && each.length <= 75);
  if (!isMenu) {
    const isShown = initial !== undefined && initial !== '' && initial.length <= 3_000;
    return {
      type: 'plain_text_input',
      action_id: ACTION,
      multiline: initial?.includes('\n') ?? false,
      ...(isShown ? { initial_value: initial } : {}),
    };
  }
  const options = choices.map(choice);
  const chosen = options[choices.indexOf(initial ?? '')];
  return { type: 'static_select', action_id: ACTION, options, ...(chosen ? { initial_option: chosen } : {}) };
}

function choice(value: string): types.PlainTextOption {
  return { text: plainText(value, 75), value };
}

function targetInput(): types.InputBlock {
  return {
    type: 'input',
    block_id: TARGET,
    label: plainText('Tell it in', 48),
    element: {
      type: 'conversations_select',
      action_id: ACTION,
      default_to_current_conversation: true,
      response_url_enabled: true,
    },
  };
}

/** Slack's forms hide nothing that is typed into them. */
function secretsNote(secrets: readonly FormField[]): types.ContextBlock {
  const names = secrets.map(({ name }) => name).join(', ');
  const text = `Not asked for here, as Slack cannot hide what is typed: ${names}. It is generated where the blueprint can.`;
  return { type: 'context', elements: [plainText(text, 2_000)] };
}
