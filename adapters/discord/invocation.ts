import {
  type APIApplicationCommandInteractionDataOption,
  type APIApplicationCommandInteractionDataSubcommandOption,
  ApplicationCommandOptionType,
} from 'discord.js';
import type { CommandShape } from '../adapter.ts';
import { commandLine } from '../command-line.ts';
import { isSwitch } from './menu.ts';

type Option = APIApplicationCommandInteractionDataOption;
type Subcommand = APIApplicationCommandInteractionDataSubcommandOption;

/** What somebody has chosen and filled in of the menu, so far. */
export interface Invocation {
  readonly verb: string;
  readonly values: Readonly<Record<string, string>>;
  /** The option that is being typed; null: none. */
  readonly focused: { readonly name: string; readonly typed: string } | null;
}

/** Null where no subcommand was chosen, which Discord does not let happen. */
export function invocationOf(
  options: readonly Option[] | undefined,
  shapes: readonly CommandShape[],
): Invocation | null {
  const chosen = subcommandIn(options ?? []);
  if (!chosen) return null;
  const shape = shapes.find(({ verb }) => verb === chosen.name);
  const filled = chosen.options ?? [];
  const values = filled.flatMap(({ name, value }): [string, string][] => {
    const known = shape?.options.find((option) => option.name === name);
    if (!known || !isSwitch(known)) return [[name, String(value)]];
    return value === true ? [[name, known.choices?.[0] ?? '']] : [];
  });
  const focus = filled.find((option) => 'focused' in option && option.focused === true);
  return {
    verb: chosen.name,
    values: Object.fromEntries(values),
    focused: focus ? { name: focus.name, typed: String(focus.value) } : null,
  };
}

/** The line that means the same. A verb that we do not know any more is for the bot to answer. */
export function lineOf({ verb, values }: Invocation, shapes: readonly CommandShape[]): string {
  const shape = shapes.find((each) => each.verb === verb);
  return shape ? commandLine(shape, values) : [verb, ...Object.values(values)].join(' ');
}

function subcommandIn(options: readonly Option[]): Subcommand | null {
  for (const option of options) {
    if (option.type === ApplicationCommandOptionType.Subcommand) return option;
    if (option.type === ApplicationCommandOptionType.SubcommandGroup) return subcommandIn(option.options);
  }
  return null;
}
