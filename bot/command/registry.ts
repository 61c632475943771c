import type { Verb } from './command.ts';
import { ABOUT } from './registry/about.ts';
import { BUILD } from './registry/build.ts';
import { DAY } from './registry/day.ts';
import { LEASES } from './registry/leases.ts';
import { LOOK } from './registry/look.ts';
import { SESSION } from './registry/session.ts';
import { WORK } from './registry/work.ts';
import type { CommandSpec, Group } from './spec.ts';

/** The groups of the help, in its order. */
export const GROUPS: readonly { readonly name: Group; readonly title: string }[] = [
  { name: 'look', title: 'What there is' },
  { name: 'build', title: 'Environments' },
  { name: 'work', title: 'Work on them' },
  { name: 'share', title: 'Share them' },
  { name: 'people', title: 'Sessions and people' },
  { name: 'day', title: 'The day' },
  { name: 'about', title: 'Help' },
];

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandSpec[] = [
  ...LOOK,
  ...BUILD,
  ...WORK,
  ...LEASES,
  ...SESSION,
  ...DAY,
  ...ABOUT,
];

const BY_VERB = new Map<string, CommandSpec>(COMMANDS.map((spec) => [spec.verb, spec]));

/** The spec of a command; every verb has one. */
export function specOf(verb: Verb): CommandSpec {
  const spec = BY_VERB.get(verb);
  if (spec === undefined) throw new Error(`the command registry has no entry for ${verb}`);
  return spec;
}

/** The spec of what was typed as a verb, in small letters or not; null if there is no such command. */
export function findSpec(word: string): CommandSpec | null {
  return BY_VERB.get(word.toLowerCase()) ?? null;
}
