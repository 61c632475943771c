import type { types } from '@slack/bolt';
import type { Button } from '../message.ts';
import { plainLine } from '../render/plain.ts';

/** Presses of our buttons are known by this beginning of their action id. */
export const SAY = 'say-';

const MOST_BUTTONS = 25;
const LONGEST_LABEL = 75;
const LONGEST_VALUE = 2_000;

/** A row of buttons; none when there are none that fit Slack's limits. */
export function buttonRow(buttons: readonly Button[]): types.ActionsBlock[] {
  const elements = buttons
    .map((button) => ({ ...button, value: buttonValue(button.command) }))
    .filter(({ label, value }) => plainLine(label) !== '' && value.length <= LONGEST_VALUE)
    .slice(0, MOST_BUTTONS)
    .map(
      ({ label, command, style, value }, at): types.Button => ({
        type: 'button',
        action_id: `${SAY}${at}`,
        text: plainText(label, LONGEST_LABEL),
        value,
        ...(style === 'plain' ? {} : { style }),
        ...(style === 'danger' ? { confirm: confirmation(label, command) } : {}),
      }),
    );
  return elements.length > 0 ? [{ type: 'actions', elements }] : [];
}

function confirmation(label: string, command: string): types.ConfirmationDialog {
  return {
    title: plainText(`${label}?`, 100),
    text: plainText(`This says: ${command}`, 300),
    confirm: plainText(label, 30),
    deny: plainText('No', 30),
    style: 'danger',
  };
}

/** One line of text that is shown as it is, cut to Slack's limit for its place. */
export function plainText(text: string, longest: number): types.PlainTextElement {
  const line = plainLine(text);
  const cut =
    line.length <= longest ? line : `${line.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`;
  return { type: 'plain_text', text: cut, emoji: false };
}

/**
 * A command as a button's value. In some payloads Slack gives values back with `&`, `<` and `>` escaped, in others not: a
 * command that has them travels as a JSON string without them.
 */
export function buttonValue(command: string): string {
  if (!/[&<>]|^"/.test(command)) return command;
  return JSON.stringify(command).replace(/[&<>]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
}

export function commandOf(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value;
  }
}
