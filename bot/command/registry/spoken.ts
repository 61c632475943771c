import type { SessionCommand } from '../session/commands.ts';
import type { Wrong } from '../session/words.ts';
import type { ArgumentSpec, CommandSpec } from '../spec.ts';

/** A reader of what stands after the verb, as the parser calls it. */
export function reads(reader: (text: string) => SessionCommand | Wrong): CommandSpec['reads'] {
  return (text) => {
    const read = reader(text);
    return 'ok' in read ? read : { ok: true, act: read };
  };
}

/** Words of people's own. */
export const words = (name: string, written: string, summary: string): ArgumentSpec => ({
  name,
  kind: 'text',
  written,
  summary,
});
export const person = {
  ...words('person', '<person>', 'an account, or a name that only one has'),
  required: true,
} as const;
/** One of a few words. */
export const oneOf = (name: string, choices: readonly string[], summary: string): ArgumentSpec => ({
  name,
  kind: 'word',
  written: `<${choices.join('|')}>`,
  summary,
  choices,
});
