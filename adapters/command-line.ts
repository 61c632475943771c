import type { CommandShape } from './adapter.ts';

/**
 * The line that means the same as a menu's or a form's filled-in options. A value that stands after `key=` is one word and
 * is quoted where it must be; every other one stands as it was typed, and may be several words. Empty ones count as not given.
 */
export function commandLine(shape: CommandShape, values: Readonly<Record<string, string>>): string {
  const parts = shape.options.flatMap(({ name, join }) => {
    const value = values[name]?.trim() ?? '';
    if (value === '') return [];
    return join.replace('{}', () => (join.endsWith('={}') ? quoted(value) : value));
  });
  return [shape.verb, ...parts].join(' ');
}

/** The value as one word of a command line, which are quoted as in a shell. */
export function quoted(value: string): string {
  return /^[A-Za-z0-9_.,:/@%+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
