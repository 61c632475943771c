import type { Fault, Line, ParseContext } from './fault.ts';
import { quotedKey, takeDashed, takeKey } from './keys.ts';
import { introduces, missing, missingAfter } from './missing.ts';
import type { Sorting } from './sorting.ts';
import type { CommandSpec } from './spec.ts';
import { looseEquals, tooMany } from './surplus.ts';
import { textOf, valueFault } from './value.ts';
import type { Word } from './words.ts';

/** The words of a line, sorted by what the command's spec says they are. Their form is checked, nothing else. */
export interface Arguments {
  /** By argument name; what was not given is missing. */
  readonly values: Readonly<Record<string, string>>;
  readonly flags: ReadonlySet<string>;
  readonly settings: Readonly<Record<string, string>>;
  readonly rest: string | null;
}

export type Sorted =
  | { readonly ok: true; readonly arguments: Arguments }
  | { readonly ok: false; readonly fault: Fault };

/** Sorts `words`, the verb at their head. The first fault ends it. */
export function sortArguments(
  spec: CommandSpec,
  words: readonly Word[],
  rest: string | null,
  line: Line,
  context: ParseContext,
): Sorted {
  const sorting: Sorting = { given: new Map(), settings: new Map(), flags: new Set(), plain: [] };
  const fault =
    looseEquals(spec, words, line) ??
    takeMarked(spec, words, line, sorting) ??
    takeIntroduced(spec, line, context, sorting) ??
    takePlaced(spec, words, line, context, sorting) ??
    checkValues(spec, line, sorting) ??
    checkRest(spec, rest, line);
  if (fault !== null) return { ok: false, fault };
  const { given, settings, flags } = sorting;
  const values = [...given].map(([argument, word]) => [argument.name, textOf(argument, word)] as const);
  return {
    ok: true,
    arguments: { values: Object.fromEntries(values), flags, settings: Object.fromEntries(settings), rest },
  };
}

/** What is known by its look: `key=value`, flags, and dashes, which nothing has. */
function takeMarked(spec: CommandSpec, words: readonly Word[], line: Line, sorting: Sorting): Fault | null {
  for (const [index, word] of words.entries()) {
    if (index === 0) continue;
    const text = word.text.toLowerCase();
    let fault: Fault | null = null;
    const keyed = quotedKey(spec, word);
    if (keyed.equals >= 0) fault = takeKey(spec, keyed, line, sorting);
    else if (!word.quoted && spec.flags.some((flag) => flag.name === text)) sorting.flags.add(text);
    else if (!word.quoted && /^-+./.test(text)) fault = takeDashed(spec, word, words[index + 1], line);
    else sorting.plain.push(word);
    if (fault !== null) return fault;
  }
  return null;
}

/** What is known by the word before it: `from essex`. */
function takeIntroduced(
  spec: CommandSpec,
  line: Line,
  context: ParseContext,
  { plain, given }: Sorting,
): Fault | null {
  for (const argument of spec.arguments) {
    const at = plain.findIndex(
      (word) => introduces(spec, word) && argument.after === word.text.toLowerCase(),
    );
    const introducer = plain[at];
    if (introducer === undefined) continue;
    const value = plain[at + 1];
    if (value === undefined) return missingAfter(argument, introducer, line, context);
    given.set(argument, value);
    plain.splice(at, 2);
  }
  return null;
}

/** What is known by its place. */
function takePlaced(
  spec: CommandSpec,
  words: readonly Word[],
  line: Line,
  context: ParseContext,
  { plain, given }: Sorting,
): Fault | null {
  for (const argument of spec.arguments) {
    if (argument.key || argument.after !== undefined) continue;
    const word = plain.shift();
    if (word !== undefined) given.set(argument, word);
    else if (argument.required) return missing(spec, argument, words, line, context);
  }
  const surplus = plain[0];
  return surplus === undefined ? null : tooMany(spec, words, surplus, given, line);
}

function checkValues(spec: CommandSpec, line: Line, { given }: Sorting): Fault | null {
  for (const [argument, word] of given) {
    const fault = valueFault(spec, argument, word, line);
    if (fault !== null) return fault;
  }
  return null;
}

function checkRest(spec: CommandSpec, rest: string | null, line: Line): Fault | null {
  if (spec.rest === null && rest !== null) {
    const before = line.text.slice(0, line.text.length - rest.length).replace(/\s*(--|—|–)\s*$/, '');
    return { message: `${spec.verb} takes nothing after --`, repairs: [before] };
  }
  if (spec.rest !== null && (rest === null || rest.trim() === '')) {
    const example = spec.examples[0]?.line;
    return { message: `the command to run is missing: write it after --, as in ${example}`, repairs: [] };
  }
  return null;
}
