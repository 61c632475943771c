import type { Command, Role, Verb } from './command.ts';
import type { Told } from './reads.ts';

/**
 * What an argument names; completion offers such names, the parser checks their form.
 * `node`: an environment, or one node or role of it (`ex`, `ex/compute-1`) · `comparison`: an environment, `baseline` or a
 * snapshot, `2h-ago`, `run-12` · `duration`: `30m` · `task`: a step, or one node of it (`install@node-1`) · `count`: a whole
 * number · `word`: one of its `choices` · `text`: people's own words, read by the command's `reads`.
 */
export type ArgumentKind =
  | 'environment'
  | 'node'
  | 'comparison'
  | 'blueprint'
  | 'pool'
  | 'snapshot'
  | 'topic'
  | 'step'
  | 'verb'
  | 'task'
  | 'count'
  | 'duration'
  | 'word'
  | 'text';

export interface ArgumentSpec {
  /** Unique within its command. */
  readonly name: string;
  readonly kind: ArgumentKind;
  /** As the usage line shows it: `<env>[/node]`, `pool=…`. */
  readonly written: string;
  readonly summary: string;
  readonly required?: true;
  /** The word that introduces it: `from <blueprint>`. */
  readonly after?: 'from' | 'to' | 'until' | 'for' | 'because' | 'every';
  /** The only values that there are, of a `word`. */
  readonly choices?: readonly string[];
  /** The largest there is, of a `count`; LARGEST_COUNT if absent. */
  readonly most?: number;
  /** Typed as `name=value`, anywhere after the verb. */
  readonly key?: true;
}

export type Group = 'look' | 'build' | 'work' | 'share' | 'people' | 'day' | 'about';

/** Everything about one command: the parser, the help, completion and docs/commands.md all read it here. */
export interface CommandSpec {
  readonly verb: Verb;
  readonly group: Group;
  /** At most 60 characters. */
  readonly summary: string;
  /** Sentences for `help <verb>` and the manual. */
  readonly details: string;
  readonly arguments: readonly ArgumentSpec[];
  /** Words that stand for themselves: `plan`. */
  readonly flags: readonly { readonly name: string; readonly summary: string }[];
  /** What `key=value` words with keys of the person's choice mean; null if there may be none. */
  readonly settings: string | null;
  /** What follows `--`; null if nothing may. */
  readonly rest: string | null;
  readonly examples: readonly { readonly line: string; readonly does: string }[];
  /** Words that people type when they mean this command; they get it as a suggestion. */
  readonly also: readonly string[];
  /** The least role that may use it. */
  readonly role: Role;
  /** The person who created the environment may use it from this role up, too. */
  readonly creatorRole: Role | null;
  /** It changes an environment, and so needs the lease where one is held. */
  readonly changes: boolean;
  /** It keeps an environment from others, and so needs the role that changing that environment needs. */
  readonly keeps: boolean;
  /**
   * Reads what stands after the verb, exactly as typed, where that is people's own text; `arguments` then only says what
   * menus offer. Null: the words are sorted by `arguments`.
   */
  readonly reads: ((text: string) => Told<Command>) | null;
  /** `provision <env> [from <blueprint>] …`, made from the fields above unless it is given. */
  readonly usage: string;
}

/** A spec as it is written down: what is seldom needed may be left out. */
export type CommandDefinition = Pick<
  CommandSpec,
  'verb' | 'group' | 'summary' | 'details' | 'examples' | 'role'
> &
  Partial<CommandSpec>;

export function commandSpec(definition: CommandDefinition): CommandSpec {
  const full = {
    arguments: [],
    flags: [],
    settings: null,
    rest: null,
    also: [],
    creatorRole: null,
    changes: false,
    keeps: false,
    reads: null,
    ...definition,
  };
  return { ...full, usage: definition.usage ?? usage(full) };
}

function usage(spec: Omit<CommandSpec, 'usage'>): string {
  const parts = spec.arguments.map((argument) => {
    const written = argument.after === undefined ? argument.written : `${argument.after} ${argument.written}`;
    return argument.required ? written : `[${written.replace(/^<([^<>]*)>$/, '$1')}]`;
  });
  if (spec.settings !== null) parts.push('[key=value …]');
  for (const flag of spec.flags) parts.push(`[${flag.name}]`);
  if (spec.rest !== null) parts.push('-- <command>');
  return [spec.verb, ...parts].join(' ');
}
