import type { types } from '@slack/bolt';
import type { CommandShape } from '../adapter.ts';
import { commandLine, quoted } from '../command-line.ts';
import { OPTION, type Origin, SETTINGS, settingOf } from './form-view.ts';

/** By block id, what was typed or chosen. */
export interface FilledIn {
  readonly values: Readonly<Record<string, string>>;
  /** What stood there when the form was shown. */
  readonly initial: Readonly<Record<string, string>>;
}

interface Entered {
  readonly value?: string | null;
  readonly selected_option?: { readonly value: string } | null;
}

/** Reads a form that was sent: `state` is Slack's, by block and action. */
export function typedIn(
  blocks: readonly types.KnownBlock[],
  state: Readonly<Record<string, Readonly<Record<string, Entered>>>>,
): FilledIn {
  const values: Record<string, string> = {};
  for (const [block, actions] of Object.entries(state)) {
    for (const { value, selected_option } of Object.values(actions)) {
      const entered = selected_option?.value ?? value;
      if (entered) values[block] = entered;
    }
  }
  const initial: Record<string, string> = {};
  for (const block of blocks) {
    if (block.type !== 'input' || block.block_id === undefined) continue;
    const { element } = block;
    if (element.type === 'plain_text_input' && element.initial_value)
      initial[block.block_id] = element.initial_value;
    if (element.type === 'static_select' && element.initial_option?.value) {
      initial[block.block_id] = element.initial_option.value;
    }
  }
  return { values, initial };
}

/** The command that means the same; settings that were left as they stood are not repeated in it. */
export function lineOf(shape: CommandShape, { values, initial }: FilledIn): string {
  const options: Record<string, string> = {};
  const settings: string[] = [];
  for (const [block, value] of Object.entries(values)) {
    if (block.startsWith(OPTION)) options[block.slice(OPTION.length)] = value;
    const setting = settingOf(block);
    if (setting !== undefined && value !== initial[block]) settings.push(`${setting}=${quoted(value)}`);
  }
  return commandLine(shape, { ...options, [SETTINGS]: settings.join(' ') });
}

/** The field that words are about: one that they name, else the first. */
export function blockFor(blocks: readonly types.KnownBlock[], words: string): string {
  const inputs = blocks.flatMap(({ type, block_id }) => (type === 'input' && block_id ? [block_id] : []));
  const named = new Set(words.split(/[^\p{L}\p{N}_-]+/u));
  return inputs.find((block) => named.has(settingOf(block) ?? '')) ?? inputs[0] ?? `${OPTION}environment`;
}

export function readOrigin(metadata: string): Origin {
  try {
    const { channel, replyTo } = JSON.parse(metadata) as Record<string, unknown>;
    return {
      ...(typeof channel === 'string' ? { channel } : {}),
      ...(typeof replyTo === 'string' ? { replyTo } : {}),
    };
  } catch {
    return {};
  }
}
