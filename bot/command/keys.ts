import type { Fault, Line } from './fault.ts';
import { show } from './names.ts';
import { nearest } from './nearest.ts';
import type { Sorting } from './sorting.ts';
import type { CommandSpec } from './spec.ts';
import type { Word } from './words.ts';

/** A key of people's own choice. */
const OWN_KEY = /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/;

/** Puts a `key=value` word among the arguments or the settings, or tells why it belongs to neither. */
export function takeKey(
  spec: CommandSpec,
  word: Word,
  line: Line,
  { given, settings }: Sorting,
): Fault | null {
  const key = word.text.slice(0, word.equals);
  const argument = spec.arguments.find((each) => each.key && each.name === key.toLowerCase());
  if (argument !== undefined ? given.has(argument) : settings.has(key)) {
    return { message: `${key}= is given twice`, repairs: [line.replace(word, '')] };
  }
  if (argument !== undefined) {
    given.set(argument, word);
    return null;
  }
  const fault = keyFault(spec, key, word, line);
  if (fault === null) settings.set(key, word.text.slice(word.equals + 1));
  return fault;
}

/**
 * `"mirror=x y"` is `mirror="x y"`, as in a shell, where it can be nothing else: the command knows the key, or takes keys of people's own
 * choice. Elsewhere a word whose `=` is quoted is a value.
 */
export function quotedKey(spec: CommandSpec, word: Word): Word {
  if (word.equals >= 0 || !word.quoted) return word;
  const equals = word.text.indexOf('=');
  const key = word.text.slice(0, Math.max(equals, 0));
  const isKnown = spec.arguments.some((argument) => argument.key && argument.name === key.toLowerCase());
  return isKnown || (spec.settings !== null && OWN_KEY.test(key)) ? { ...word, equals } : word;
}

function keyFault(spec: CommandSpec, key: string, word: Word, line: Line): Fault | null {
  // As typed, with its quotes; what stands before the first = has none, or they are lost with it.
  const value = line.text.slice(line.text.indexOf('=', word.start), word.end);
  const without = line.replace(word, '');
  const dashless = key.replace(/^-+/, '');
  if (dashless === '') {
    return { message: `the key before ${show(word.text)} is missing: write key=value`, repairs: [without] };
  }
  if (dashless !== key) {
    const message = `${show(key)} is not understood: write ${dashless}=value, without dashes`;
    return { message, repairs: [line.replace(word, dashless + value), without] };
  }
  if (spec.settings !== null) {
    if (OWN_KEY.test(key)) return null;
    const message = `${show(key)} cannot be a key: letters, digits, _ and -, beginning with a letter`;
    return { message, repairs: [without] };
  }
  const keys = spec.arguments.filter((argument) => argument.key).map((argument) => argument.name);
  if (keys.length === 0) {
    return { message: `${spec.verb} takes no key=value, so not ${show(`${key}=`)}`, repairs: [without] };
  }
  const meant = nearest(key, keys);
  const hint =
    meant === null ? `it has ${keys.map((name) => `${name}=`).join(', ')}` : `did you mean ${meant}=?`;
  return {
    message: `${spec.verb} has no ${show(`${key}=`)}; ${hint}`,
    repairs: meant === null ? [without] : [line.replace(word, meant + value), without],
  };
}

/** `--plan`, `--tail 5`, `-n 5`: options as other programs have them. */
export function takeDashed(spec: CommandSpec, word: Word, next: Word | undefined, line: Line): Fault {
  const message = `${show(word.text)} is not understood: the commands here have no options with dashes`;
  const name = word.text.replace(/^-+/, '').toLowerCase();
  const without = line.replace(word, '');
  const count = spec.arguments.find((argument) => argument.kind === 'count');
  if (count !== undefined && next !== undefined && /^\d+$/.test(next.text)) {
    return { message, repairs: [line.replace({ ...word, end: next.start }, `${count.name}=`), without] };
  }
  const isKnown =
    spec.flags.some((flag) => flag.name === name) ||
    spec.arguments.some((argument) => argument.after === name || (argument.key && argument.name === name));
  return { message, repairs: isKnown ? [line.replace(word, name), without] : [without] };
}
