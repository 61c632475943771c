import type { ButtonElement, InputBlock, ViewBlock } from './block-kit.ts';
import { type OpenView, TEAM } from './workspace.ts';

/** Texts reach apps escaped. */
export function asSent(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

export function pressed(blocks: readonly ViewBlock[], label: string, at: string): Record<string, unknown> {
  for (const block of blocks) {
    if (block.type !== 'actions') continue;
    const button = block.elements.find(
      (each): each is ButtonElement => each.type === 'button' && each.text.text === label,
    );
    if (button) {
      const { action_id, value, text } = button;
      return { type: 'button', block_id: block.block_id ?? 'b1', action_id, value, text, action_ts: at };
    }
  }
  throw new Error(`there is no button ${label}`);
}

export function actionId({ view }: OpenView, block: string): string | undefined {
  const found = view.blocks.find((each) => each.block_id === block);
  if (found?.type !== 'input') throw new Error(`there is no input ${block}`);
  return found.element.action_id;
}

export function isFilledIn(
  { block_id = '', optional, element }: InputBlock,
  values: Record<string, string>,
): boolean {
  if (optional || values[block_id] || element.type === 'conversations_select') return true;
  return element.type === 'static_select'
    ? element.initial_option !== undefined
    : Boolean(element.initial_value);
}

/** A view as Slack hands it over, with what stands in its inputs. */
export function described(
  { id, hash, view }: OpenView,
  values: Record<string, string>,
): Record<string, unknown> {
  const state: Record<string, Record<string, unknown>> = {};
  for (const block of view.blocks) {
    if (block.type !== 'input' || block.block_id === undefined) continue;
    const { element } = block;
    const given = values[block.block_id];
    if (element.type === 'static_select') {
      const chosen = element.options.find(({ value }) => value === given) ?? element.initial_option ?? null;
      state[block.block_id] = { [element.action_id ?? '']: { type: element.type, selected_option: chosen } };
    } else if (element.type === 'plain_text_input') {
      const value = given ?? element.initial_value ?? null;
      state[block.block_id] = { [element.action_id ?? '']: { type: element.type, value } };
    }
  }
  return { id, hash, team_id: TEAM, app_id: 'A1', bot_id: 'BBOT', ...view, state: { values: state } };
}
