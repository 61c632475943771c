import { isTimeOrRun } from '../../engine/compared-with.ts';
import { DurationError, parseDuration } from '../../engine/duration.ts';
import type { Fault, Line } from './fault.ts';
import { nameFault, show } from './names.ts';
import { nearest } from './nearest.ts';
import type { ArgumentSpec, CommandSpec } from './spec.ts';
import type { Word } from './words.ts';

/** Numbers of things, `tail=` and the like go up to here. */
export const LARGEST_COUNT = 10_000;

/** The value of an argument: of `tail=5` the part after the `=`. */
export function textOf(argument: ArgumentSpec, word: Word): string {
  return argument.key ? word.text.slice(word.equals + 1) : word.text;
}

/** What is wrong with the form of an argument's value; null if nothing is. */
export function valueFault(spec: CommandSpec, argument: ArgumentSpec, word: Word, line: Line): Fault | null {
  const wrong = wrongForm(spec, argument, textOf(argument, word));
  if (wrong === null) return null;
  const { message, instead } = wrong;
  const put = (value: string) => line.replace(word, argument.key ? `${argument.name}=${value}` : value);
  const repairs = instead === null ? [] : [put(instead)];
  if (!argument.required && argument.after === undefined) repairs.push(line.replace(word, ''));
  return { message, repairs };
}

/** A message, and a value of the right form (null if there is none). */
type Wrong = { readonly message: string; readonly instead: string | null } | null;

function wrongForm(spec: CommandSpec, argument: ArgumentSpec, text: string): Wrong {
  if (text === '') {
    const what = argument.key ? `${argument.name}=` : `the ${argument.kind}`;
    return { message: `${what} must not be empty`, instead: null };
  }
  switch (argument.kind) {
    case 'verb':
    case 'text':
      return null;
    case 'count':
      return wrongCount(argument, text);
    case 'word':
      return wrongWord(argument, text);
    case 'task':
      return wrongTask(text);
    case 'node':
      return wrongPlace(text);
    case 'environment':
      return wrongEnvironment(spec, text);
    case 'comparison':
      return text === 'baseline' || isTimeOrRun(text) ? null : wrongEnvironment(spec, text);
    case 'duration':
      return wrongDuration(argument, text);
    case 'snapshot':
      return argument.after !== undefined && text === 'baseline' ? null : nameFault('snapshot', text);
    default:
      return nameFault(argument.kind, text);
  }
}

/** `30m`, `1h30m` */
function wrongDuration({ after }: ArgumentSpec, text: string): Wrong {
  try {
    parseDuration(text);
    return null;
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    const digits = /^(\d{1,6})\s*(?:m|min|minutes?)?$/i.exec(text)?.[1];
    const message = `after ${after ?? 'it'}: ${error.message}`;
    return { message, instead: digits === undefined ? null : `${digits}m` };
  }
}

function wrongWord({ name, choices = [] }: ArgumentSpec, text: string): Wrong {
  if (choices.includes(text)) return null;
  const instead = nearest(text.toLowerCase(), choices) ?? null;
  return { message: `the ${name} must be ${choices.join(', ')}, not ${show(text)}`, instead };
}

/** `install`, `install@node-1` */
function wrongTask(text: string): Wrong {
  const [step = '', ...node] = text.split('@');
  const parts = node.length > 1 ? [] : [step, ...node];
  if (parts.length > 0 && parts.every((part) => nameFault('task', part) === null)) return null;
  return { message: `${show(text)} is not a task: write step, or step@node`, instead: null };
}

function wrongCount({ name, most = LARGEST_COUNT }: ArgumentSpec, text: string): Wrong {
  if (/^\d{1,9}$/.test(text) && Number(text) >= 1 && Number(text) <= most) return null;
  const digits = /\d+/.exec(text)?.[0];
  return {
    message: `${name}= must be a whole number from 1 to ${most}, not ${show(text)}`,
    instead: digits === undefined ? null : String(Math.min(Math.max(Number(digits), 1), most)),
  };
}

function wrongEnvironment(spec: CommandSpec, text: string): Wrong {
  const slash = text.indexOf('/');
  if (slash < 0) return nameFault('environment', text);
  return {
    message: `${spec.verb} takes a whole environment, not one node of it as in ${show(text)}`,
    instead: text.slice(0, slash),
  };
}

/** `ex`, `ex/compute-1` */
function wrongPlace(text: string): Wrong {
  const [environment = '', node, ...more] = text.split('/');
  const wrong = nameFault('environment', environment);
  if (wrong !== null) {
    const { message, instead } = wrong;
    return { message, instead: instead === null ? null : [instead, ...text.split('/').slice(1)].join('/') };
  }
  if (node === undefined) return null;
  if (node === '') {
    return { message: `a node's name is missing after ${show(`${environment}/`)}`, instead: environment };
  }
  if (more.length > 0) {
    const message = `${show(text)} has more than one /: write environment/node`;
    return { message, instead: `${environment}/${node}` };
  }
  const wrongNode = nameFault('node', node);
  if (wrongNode === null) return null;
  const { message, instead } = wrongNode;
  return { message, instead: instead === null ? environment : `${environment}/${instead}` };
}
