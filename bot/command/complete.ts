import type { ParseContext } from './fault.ts';
import { introduces } from './missing.ts';
import { COMMANDS, findSpec } from './registry.ts';
import type { ArgumentSpec, CommandSpec } from './spec.ts';
import { readWords, type Word } from './words.ts';

/** What there is to choose from while a line is typed; what is left out is not offered. */
export interface CompletionContext extends ParseContext {
  /** Nodes and roles, by environment. */
  readonly nodes?: Readonly<Record<string, readonly string[]>>;
  /** Snapshots beside `baseline`, by environment. */
  readonly snapshots?: Readonly<Record<string, readonly string[]>>;
  /** Steps and checks, by environment. */
  readonly steps?: Readonly<Record<string, readonly string[]>>;
  /** Topics of blueprints, beside those that are always there. */
  readonly topics?: readonly string[];
}

const TOPICS = [
  ...['os', 'clock', 'packages', 'services', 'ports', 'users', 'groups', 'mounts', 'sysctl'],
  ...['files', 'modes', 'settings'],
];

/**
 * What the last word of the line may become, sorted, and that word as typed so far: the answer that the completer of
 * node:readline gives. Pure.
 */
export function complete(line: string, context: CompletionContext): [words: string[], typed: string] {
  const { words, rest, open } = readWords(line);
  if (rest !== null || open !== null) return [[], ''];
  const ended = words.length === 0 || /\s$/.test(line);
  const last = ended ? undefined : words.at(-1);
  const typed = last === undefined ? '' : line.slice(last.start, last.end);
  const before = ended ? words : words.slice(0, -1);
  const wanted = typed.toLowerCase();
  const offers = offersAfter(before, typed, context).filter((offer) => offer.startsWith(wanted));
  return [[...new Set(offers)].sort(), typed];
}

function offersAfter(before: readonly Word[], typed: string, context: CompletionContext): string[] {
  const [verb, ...words] = before;
  if (verb === undefined) return COMMANDS.map((spec) => spec.verb);
  const spec = findSpec(verb.text);
  if (spec === null) return [];
  const plain = words.filter((word) => word.equals < 0 && !isFlag(spec, word));
  const environment = plain[0]?.text.split('/')[0] ?? '';
  const names = (argument: ArgumentSpec) => namesFor(argument, environment, typed, context);

  const introducer = plain.at(-1);
  if (introducer !== undefined && introduces(spec, introducer)) {
    const argument = spec.arguments.find(({ after }) => after === introducer.text.toLowerCase());
    return argument === undefined ? [] : names(argument);
  }
  const introduced = plain.filter((word) => introduces(spec, word)).length;
  const placed = spec.arguments.filter((argument) => !argument.key && argument.after === undefined);
  const next = placed[plain.length - 2 * introduced];
  const offers = next === undefined ? [] : names(next);
  if (next?.required) return offers;

  for (const argument of spec.arguments) {
    if (argument.key && !words.some((word) => word.text.startsWith(`${argument.name}=`))) {
      const values = names(argument).map((value) => `${argument.name}=${value}`);
      offers.push(...(typed.startsWith(`${argument.name}=`) ? values : [`${argument.name}=`]));
    }
    const isThere = words.some((word) => word.text.toLowerCase() === argument.after);
    if (argument.after !== undefined && !isThere) offers.push(argument.after);
  }
  const isGiven = (name: string) =>
    words.some((word) => isFlag(spec, word) && word.text.toLowerCase() === name);
  offers.push(...spec.flags.map((flag) => flag.name).filter((name) => !isGiven(name)));
  if (spec.rest !== null) offers.push('--');
  return offers;
}

function isFlag(spec: CommandSpec, word: Word): boolean {
  return !word.quoted && spec.flags.some((flag) => flag.name === word.text.toLowerCase());
}

/** What there is for one argument to name. */
export function namesFor(
  argument: ArgumentSpec,
  environment: string,
  typed: string,
  context: CompletionContext,
): string[] {
  switch (argument.kind) {
    case 'environment':
      return [...context.environments];
    case 'comparison':
      return [
        ...['baseline', '30m-ago', '2h-ago', '1d-ago'],
        ...(own(context.snapshots, environment) ?? []),
        ...context.environments.filter((name) => name !== environment),
      ];
    case 'node': {
      if (!typed.includes('/')) return [...context.environments];
      const name = typed.slice(0, typed.indexOf('/'));
      return (own(context.nodes, name) ?? []).map((node) => `${name}/${node}`);
    }
    case 'blueprint':
      return [...context.blueprints];
    case 'pool':
      return [...context.pools];
    case 'snapshot': {
      const kept = own(context.snapshots, environment) ?? [];
      return argument.after === undefined ? [...kept] : ['baseline', ...kept];
    }
    case 'step':
      return [...(own(context.steps, environment) ?? [])];
    case 'topic':
      return [...TOPICS, ...(context.topics ?? [])];
    case 'verb':
      return COMMANDS.map((spec) => spec.verb);
    case 'word':
      return [...(argument.choices ?? [])];
    case 'duration':
      return ['10m', '30m', '1h', '6h', '1d'];
    case 'task':
    case 'count':
    case 'text':
      return [];
  }
}

/** Environments may be called `constructor`. */
function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
