import { failures } from './failure.ts';
import { check } from './validate.ts';

const NAME = /^[-_'\p{Ll}\p{Lm}\p{Lo}\p{N}]{1,32}$/u;
const described = { name: check.text(1, 32, NAME), description: check.text(1, 100) };
const SUBCOMMAND = 1;
const GROUP = 2;

const choice = check.fields({ name: check.text(1, 100), value: check.text(1, 100) }, ['name', 'value']);
const basic = check.fields(
  {
    ...described,
    type: check.oneOf(3, 4, 5),
    required: check.flag,
    autocomplete: check.flag,
    choices: check.list(25, choice),
    min_value: check.number(-(2 ** 53), 2 ** 53),
    max_value: check.number(-(2 ** 53), 2 ** 53),
  },
  ['type', 'name', 'description'],
);
const subcommand = check.fields(
  { ...described, type: check.oneOf(SUBCOMMAND), options: check.list(25, basic) },
  ['type', 'name', 'description'],
);
const group = check.fields(
  { ...described, type: check.oneOf(GROUP), options: check.list(25, subcommand, 1) },
  ['type', 'name', 'description'],
);
const command = check.fields(
  {
    ...described,
    type: check.oneOf(1),
    options: check.list(25, (value, path) =>
      (value as { type?: number }).type === GROUP ? group(value, path) : subcommand(value, path),
    ),
    contexts: check.list(3, check.oneOf(0, 1, 2)),
    integration_types: check.list(2, check.oneOf(0, 1)),
  },
  ['name', 'description'],
);

interface Option {
  readonly type: number;
  readonly name: string;
  readonly required?: boolean;
  readonly autocomplete?: boolean;
  readonly choices?: readonly object[];
  readonly options?: readonly Option[];
}

/** Discord's rules for an application command. */
export function checkCommand(value: unknown): void {
  command(value, '');
  checkOptions((value as Option).options ?? []);
  const size = characters(value);
  if (size > 8_000) throw failures.invalid('options', `Command exceeds maximum size (8000): ${size}`);
}

function checkOptions(options: readonly Option[]): void {
  const names = options.map(({ name }) => name);
  if (new Set(names).size < names.length) throw failures.invalid('options', 'Option names must be unique');
  const firstOptional = options.findIndex(({ required }) => !required);
  if (firstOptional >= 0 && options.slice(firstOptional).some(({ required }) => required))
    throw failures.invalid('options', 'Required options must be placed before non-required options');
  for (const { choices, autocomplete, options: inner } of options) {
    if (autocomplete && choices?.length)
      throw failures.invalid('options', 'autocomplete may not be set if choices are present');
    if (inner) checkOptions(inner);
  }
}

function characters(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [key, each]) => {
    const counts = typeof each === 'string' && ['name', 'description', 'value'].includes(key);
    return sum + (counts ? (each as string).length : characters(each));
  }, 0);
}
