import { sortArguments } from './arguments.ts';
import type { Command, Verb } from './command.ts';
import { type Fault, type Line, lineOf, type ParseContext } from './fault.ts';
import { meaningOf, type SortedVerb } from './meaning.ts';
import { show } from './names.ts';
import { nearest } from './nearest.ts';
import { COMMANDS, findSpec, specOf } from './registry.ts';
import type { CommandSpec } from './spec.ts';
import { commandBeforeDashes } from './surplus.ts';
import { readWords, type Word } from './words.ts';

export type { ParseContext } from './fault.ts';

/** Why a line means nothing, for the person who typed it. */
export interface ParseProblem {
  /** What is wrong, and where in the line. */
  readonly message: string;
  /** The nearest line that is right, ready to paste; null if none suggests itself. It always parses. */
  readonly suggestion: string | null;
  /** The help line of the command that was meant. */
  readonly usage: string;
}

export type Parsed =
  | { readonly ok: true; readonly command: Command }
  | { readonly ok: false; readonly problem: ParseProblem };

/** A suggestion that is longer than this helps nobody. */
const LONGEST_SUGGESTION = 400;
/** So many faults of one line are repaired on the way to a suggestion. */
const MOST_REPAIRS = 4;

/** No command has a use for more, and looking for repairs among them takes its time. */
const MOST_WORDS = 200;

/** What the line means. Pure: never throws, reads nothing but its arguments. */
export function parse(line: string, context: ParseContext): Parsed {
  const read = readLine(line, context);
  if (read.ok) return read;
  const suggestion = suggest(read.fault, context, MOST_REPAIRS);
  const meant = suggestion === null ? null : readLine(suggestion, context);
  const spec = read.spec ?? (meant?.ok ? specOf(meant.command.verb) : specOf('help'));
  return { ok: false, problem: { message: read.fault.message, suggestion, usage: spec.usage } };
}

/** The first repair that parses, or that can itself be repaired. */
function suggest(fault: Fault, context: ParseContext, repairs: number): string | null {
  for (const repair of fault.repairs) {
    const line = repair.trim();
    if (line.length > LONGEST_SUGGESTION) continue;
    const read = readLine(line, context);
    if (read.ok) return line;
    const further = repairs > 1 ? suggest(read.fault, context, repairs - 1) : null;
    if (further !== null) return further;
  }
  return null;
}

type Read =
  | { readonly ok: true; readonly command: Command }
  | { readonly ok: false; readonly fault: Fault; readonly spec: CommandSpec | null };

function readLine(text: string, context: ParseContext): Read {
  const fail = (spec: CommandSpec | null, message: string, ...repairs: string[]): Read => ({
    ok: false,
    fault: { message, repairs },
    spec,
  });
  if (text.includes('\0')) return fail(null, 'the line holds a NUL character', text.replaceAll('\0', ''));
  const line = lineOf(text);
  const { words, rest, open } = readWords(text);
  const verb = words[0];
  if (verb === undefined) {
    if (open !== null) return fail(null, `the quote ${open.close} is never closed`, 'help');
    return fail(null, rest === null ? 'nothing was typed' : 'a command is missing before --', 'help');
  }
  const spec = isHelpSign(verb) ? specOf('help') : findSpec(verb.text);
  if (spec === null) {
    const meant = meantVerb(verb.text);
    return { ok: false, fault: unknownVerb(verb, meant, words, line, context), spec: meant && specOf(meant) };
  }
  if (spec.reads !== null)
    return readOwnText(spec, spec.reads, text.slice(0, verb.end), text.slice(verb.end));
  if (asksForHelp(spec, words)) return { ok: true, command: { verb: 'help', topic: spec.verb } };

  const misplaced = commandBeforeDashes(spec, words, rest !== null, line);
  if (misplaced !== null) return { ok: false, fault: misplaced, spec };
  if (open !== null) {
    const message = `the quote ${open.close} before ${show(text.slice(open.start + 1))} is never closed`;
    return fail(spec, message, text + open.close);
  }
  if (words.length > MOST_WORDS) return fail(spec, `there are more than ${MOST_WORDS} words before --`);
  const sorted = sortArguments(spec, words, rest, line, context);
  if (!sorted.ok) return { ok: false, fault: sorted.fault, spec };
  const topic = spec.verb === 'help' ? words[1] : undefined;
  if (topic !== undefined && findSpec(topic.text) === null) {
    const meant = meantVerb(topic.text);
    const message = `there is no command ${show(topic.text)}${meant === null ? '' : `; did you mean ${meant}?`}`;
    return fail(spec, message, line.replace(topic, meant ?? ''));
  }
  return { ok: true, command: meaningOf(spec.verb as SortedVerb, sorted.arguments) };
}

/** The words of people's own: no quotes, no `--`. */
function readOwnText(
  spec: CommandSpec,
  reads: NonNullable<CommandSpec['reads']>,
  verb: string,
  text: string,
): Read {
  if (HELP_SIGN.test(text.trim())) return { ok: true, command: { verb: 'help', topic: spec.verb } };
  const told = reads(text);
  if (told.ok) return { ok: true, command: told.act };
  const repairs = told.repairs.map((repair) => `${verb} ${repair.trim()}`);
  return { ok: false, fault: { message: told.message, repairs }, spec };
}

/** `verify --help`, `verify ?`; after the first words of what `run` is to run, they belong to that. */
function asksForHelp(spec: CommandSpec, words: readonly Word[]): boolean {
  const searched = spec.rest === null ? words.slice(1) : words.slice(1, 3);
  return searched.some(isHelpSign);
}

const HELP_SIGN = /^(--help|-h|-\?|\?)$/i;

function isHelpSign(word: Word): boolean {
  return !word.quoted && HELP_SIGN.test(word.text);
}

function unknownVerb(
  verb: Word,
  meant: Verb | null,
  words: readonly Word[],
  line: Line,
  context: ParseContext,
): Fault {
  const second = words[1];
  const isEnvironment = context.environments.includes(verb.text);
  if (isEnvironment && second !== undefined && findSpec(second.text) !== null) {
    const swapped = `${second.text} ${verb.text}${line.text.slice(second.end)}`;
    return {
      message: `the command comes first, then the environment ${show(verb.text)}`,
      repairs: [swapped],
    };
  }
  if (isEnvironment) {
    return {
      message: `${show(verb.text)} is an environment, not a command`,
      repairs: [`status ${verb.text}`],
    };
  }
  if (/^(?:exit|quit|bye|logout)$/i.test(verb.text)) {
    return {
      message: `there is no command ${show(verb.text)}: where the bot runs in your terminal, Ctrl-C ends it`,
      repairs: ['help'],
    };
  }
  // Ways of addressing the bot that the service at hand has no need of.
  const address = /^\s*(?:[!/]|@?deployday\b[:,]?\s*)/i.exec(line.text)?.[0];
  const unaddressed = address === undefined ? [] : [line.text.slice(address.length)];
  const hint = meant === null ? '' : `; did you mean ${meant}?`;
  return {
    message: `there is no command ${show(verb.text)}${hint}`,
    repairs: [
      ...unaddressed,
      ...(meant === null ? [] : [line.replace(verb, meant), `help ${meant}`]),
      'help',
    ],
  };
}

/** The verb that was most likely meant: another word for it, a slip, or a beginning. */
export function meantVerb(word: string): Verb | null {
  const typed = word.toLowerCase();
  const other = COMMANDS.find((spec) => spec.also.includes(typed));
  if (other !== undefined) return other.verb;
  const near = nearest(
    typed,
    COMMANDS.map((spec) => spec.verb),
  );
  return near === null ? null : (findSpec(near)?.verb ?? null);
}
