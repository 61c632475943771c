import type { Fault, Line, ParseContext } from './fault.ts';
import { article } from './names.ts';
import type { ArgumentSpec, CommandSpec } from './spec.ts';
import type { Word } from './words.ts';

/** A required argument is not there. */
export function missing(
  spec: CommandSpec,
  argument: ArgumentSpec,
  words: readonly Word[],
  line: Line,
  context: ParseContext,
): Fault {
  const introducer = words.find((word, index) => index > 0 && introduces(spec, word));
  const spot = introducer === undefined ? '' : ` before "${introducer.text}"`;
  if (argument.kind === 'snapshot') {
    const message = `${spec.verb} needs a name for the snapshot${spot}`;
    return { message, repairs: appended(line, words.at(-1), 'before') };
  }
  if (spec.verb === 'provision') {
    const message = `provision needs a name for the environment${spot}`;
    return { message, repairs: appended(line, words[0], unused('demo', context.environments)) };
  }
  const known = namesFor(argument, context);
  const message = `${spec.verb} needs an environment${spot}${oneOf(known)}`;
  return { message, repairs: known.length === 1 ? appended(line, words[0], known[0]) : [] };
}

/** `provision ex from` ends too early. */
export function missingAfter(
  argument: ArgumentSpec,
  introducer: Word,
  line: Line,
  context: ParseContext,
): Fault {
  const known = namesFor(argument, context);
  const what = argument.kind === 'snapshot' ? 'a snapshot, or baseline,' : `${article(argument.kind)}'s name`;
  const only = argument.kind === 'snapshot' ? 'baseline' : known.length === 1 ? known[0] : undefined;
  return {
    message: `${what} is missing after "${introducer.text}"${oneOf(known)}`,
    repairs: [...appended(line, introducer, only), line.replace(introducer, '')],
  };
}

/** The word is the `from` or `to` of an argument. */
export function introduces(spec: CommandSpec, word: Word): boolean {
  return !word.quoted && spec.arguments.some((argument) => argument.after === word.text.toLowerCase());
}

function appended(line: Line, word: Word | undefined, name: string | undefined): string[] {
  return word === undefined || name === undefined ? [] : [line.after(word, name)];
}

function namesFor(argument: ArgumentSpec, context: ParseContext): readonly string[] {
  switch (argument.kind) {
    case 'environment':
    case 'node':
    case 'comparison':
      return context.environments;
    case 'blueprint':
      return context.blueprints;
    case 'pool':
      return context.pools;
    default:
      return [];
  }
}

/** `: one of ex, demo`; nothing if there is nothing to choose from. */
function oneOf(names: readonly string[]): string {
  if (names.length === 0) return '';
  if (names.length === 1) return `: there is ${names[0]}`;
  return `: one of ${names.slice(0, 5).join(', ')}${names.length > 5 ? ' …' : ''}`;
}

/** `demo`, or `demo-2` if there is a demo … */
function unused(name: string, taken: readonly string[]): string {
  let candidate = name;
  for (let number = 2; taken.includes(candidate); number++) candidate = `${name}-${number}`;
  return candidate;
}
