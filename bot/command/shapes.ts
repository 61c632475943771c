import type { CommandOption, CommandShape } from '../../adapters/adapter.ts';
import { COMMANDS } from './registry.ts';
import type { ArgumentKind, ArgumentSpec, CommandSpec } from './spec.ts';
import { LARGEST_COUNT } from './value.ts';

/** The option that holds the `key=value` words of a person's own choice. */
export const SETTINGS = 'settings';
/** The option that holds what follows `--`. */
const REST = 'command';

/** Kinds of arguments that there are no known values for. */
const FREE: readonly ArgumentKind[] = ['count', 'word', 'task', 'text'];

/** Every command as menus and forms show it, in the order of the help. */
export function commandShapes(specs: readonly CommandSpec[] = COMMANDS): CommandShape[] {
  return specs.map((spec) => ({
    verb: spec.verb,
    summary: spec.summary,
    options: [
      ...spec.arguments.map(argumentOption),
      ...(spec.settings === null ? [] : [option(SETTINGS, `key=value: ${spec.settings}`, '{}', true)]),
      ...spec.flags.map(({ name, summary }) => ({ ...option(name, summary, '{}'), choices: [name] })),
      ...(spec.rest === null ? [] : [{ ...option(REST, spec.rest, '-- {}'), required: true }]),
    ],
  }));
}

function argumentOption(argument: ArgumentSpec): CommandOption {
  const join = argument.key
    ? `${argument.name}={}`
    : argument.after === undefined
      ? '{}'
      : `${argument.after} {}`;
  return {
    ...option(argument.name, argument.summary, join, !FREE.includes(argument.kind)),
    required: argument.required ?? false,
    ...(argument.choices ? { choices: argument.choices } : {}),
    ...(argument.kind === 'count' ? { range: [1, argument.most ?? LARGEST_COUNT] as const } : {}),
  };
}

function option(name: string, summary: string, join: string, completes = false): CommandOption {
  return { name, summary, join, completes, required: false };
}
