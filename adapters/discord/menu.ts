import {
  type APIApplicationCommandOption,
  type APIApplicationCommandSubcommandOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord.js';
import type { CommandOption, CommandShape } from '../adapter.ts';

/** The one application command: `/deployday VERB …`. */
export const COMMAND = 'deployday';
/** The group that holds the verbs which have no place beside the others: `/deployday more VERB …`. */
const GROUP = 'more';

/** Discord's limits: options of a command, a group or a subcommand; choices of an option; and of everything together. */
const MOST_OPTIONS = 25;
const MOST_CHOICES = 25;
const MOST_CHARACTERS = 8_000;
const LONGEST_CHOICE = 100;
/** Descriptions become shorter until everything together fits. */
const DESCRIPTIONS = [100, 70, 50, 40, 30, 20, 10];

type Menu = RESTPostAPIChatInputApplicationCommandsJSONBody;
type BasicOption = NonNullable<APIApplicationCommandSubcommandOption['options']>[number];

/**
 * The menu of all commands: a subcommand for each. Of more than 25, the first 24 stand for themselves and the others in groups of
 * 25, `more`, `more-2` …; every one can be typed after a mention as well.
 */
export function commandMenu(shapes: readonly CommandShape[]): Menu {
  let menu = menuOf(shapes, 100);
  for (const longest of DESCRIPTIONS) {
    menu = menuOf(shapes, longest);
    if (charactersIn(menu) <= MOST_CHARACTERS) break;
  }
  return menu;
}

function menuOf(shapes: readonly CommandShape[], longest: number): Menu {
  const subcommands = shapes.map((shape) => subcommand(shape, longest));
  return {
    type: ApplicationCommandType.ChatInput,
    name: COMMAND,
    description: clipped('Provision, inspect, verify, compare and reset shared environments', longest),
    options: grouped(subcommands),
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
    integration_types: [ApplicationIntegrationType.GuildInstall],
  };
}

function grouped(subcommands: APIApplicationCommandSubcommandOption[]): APIApplicationCommandOption[] {
  if (subcommands.length <= MOST_OPTIONS) return subcommands;
  const groups = Math.ceil((subcommands.length - MOST_OPTIONS) / (MOST_OPTIONS - 1));
  const alone = MOST_OPTIONS - groups;
  return [
    ...subcommands.slice(0, alone),
    ...Array.from({ length: groups }, (_, at) => ({
      type: ApplicationCommandOptionType.SubcommandGroup as const,
      name: at === 0 ? GROUP : `${GROUP}-${at + 1}`,
      description: 'Further commands',
      options: subcommands.slice(alone + at * MOST_OPTIONS, alone + (at + 1) * MOST_OPTIONS),
    })),
  ];
}

function subcommand(shape: CommandShape, longest: number): APIApplicationCommandSubcommandOption {
  // Discord wants the required ones first; the line that they become has its own order.
  const options = [...shape.options].sort((one, other) => Number(other.required) - Number(one.required));
  return {
    type: ApplicationCommandOptionType.Subcommand,
    name: shape.verb,
    description: clipped(shape.summary, longest),
    options: options.slice(0, MOST_OPTIONS).map((option) => basicOption(option, longest)),
  };
}

function basicOption(option: CommandOption, longest: number): BasicOption {
  const { name, summary, required, choices, range } = option;
  const common = { name, description: clipped(summary, longest), required };
  if (isSwitch(option)) return { ...common, type: ApplicationCommandOptionType.Boolean };
  if (range) {
    const [min_value, max_value] = range;
    return { ...common, type: ApplicationCommandOptionType.Integer, min_value, max_value };
  }
  const type = ApplicationCommandOptionType.String as const;
  if (choices && choices.length <= MOST_CHOICES) {
    return { ...common, type, choices: choices.filter(isChoice).map((value) => ({ name: value, value })) };
  }
  return { ...common, type, autocomplete: option.completes };
}

/** An option with a single value is on or off. */
export function isSwitch({ choices, required }: CommandOption): boolean {
  return choices?.length === 1 && !required;
}

/** Discord takes this as a value to choose. */
export function isChoice(value: string): boolean {
  return value.length >= 1 && value.length <= LONGEST_CHOICE;
}

function clipped(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1).trimEnd()}…` : text || '…';
}

/** What Discord counts: names, descriptions and values, all the way down. */
function charactersIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + charactersIn(each), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, each]) =>
      sum +
      (typeof each === 'string' && ['name', 'description', 'value'].includes(key)
        ? each.length
        : charactersIn(each)),
    0,
  );
}
