import { randomInt } from 'node:crypto';
import type { Blueprint, Param, ParamValues, When } from './blueprint.ts';
import { didYouMean } from './nearest.ts';
import { SHORTEST_SECRET } from './params.ts';
import { matchesWhole } from './values.ts';

const LONGEST_VALUE = 4096;
/** What is shorter cannot be masked in output without spoiling it. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/**
 * The values of all parameters of `blueprint`: `given` by a person, else `kept` with the environment from earlier, else the
 * default, else generated. Problems are lines for the person who typed the values; no value of a secret is in them.
 */
export function fillParams(
  blueprint: Pick<Blueprint, 'name' | 'params'>,
  given: Readonly<Record<string, string>>,
  kept: ParamValues = {},
): { values: ParamValues } | { problems: string[] } {
  const { params } = blueprint;
  const known = Object.keys(params);
  const problems = Object.keys(given)
    .filter((name) => !Object.hasOwn(params, name))
    .map((name) => unknownParam(blueprint.name, name, known));
  const values: [string, string][] = [];
  for (const [name, param] of Object.entries(params)) {
    const value = own(given, name) ?? own(kept, name) ?? param.default ?? generated(param);
    const problem = value === undefined ? missing(name, param) : problemOf(name, param, value);
    if (problem !== undefined) problems.push(problem);
    else if (value !== undefined) values.push([name, inOrder(param, value)]);
  }
  return problems.length > 0 ? { problems } : { values: Object.fromEntries(values) };
}

/** Whether what has this `when` takes part: every named parameter has one of the listed values, or holds one if it holds many. */
export function applies(when: When, values: ParamValues, params: Blueprint['params']): boolean {
  return Object.entries(when).every(([name, wanted]) => {
    const value = own(values, name);
    if (value === undefined) return false;
    return itemsOf(params[name], value).some((item) => wanted.includes(item));
  });
}

/** The parts of the prelude that these values choose, as one text; '' if none. */
export function preludeOf({ prelude, params }: Blueprint, values: ParamValues): string {
  const chosen = prelude.filter(({ when }) => applies(when, values, params));
  return chosen.map(({ text }) => text.replace(/\n?$/, '\n')).join('');
}

/** The choices in a value; the value itself where the parameter holds one only. */
function itemsOf(param: Param | undefined, value: string): string[] {
  return param?.many ? value.split(',').filter((item) => item !== '') : [value];
}

/** A list once each and in the order of the choices: the same however it was typed. */
function inOrder(param: Param, value: string): string {
  if (!param.many) return value;
  const items = itemsOf(param, value);
  return (param.choices ?? []).filter((choice) => items.includes(choice)).join(',');
}

function own(values: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function generated(param: Param): string | undefined {
  if (param.generate === undefined) return undefined;
  return Array.from({ length: param.generate }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

function unknownParam(blueprint: string, name: string, known: readonly string[]): string {
  const list = known.length === 0 ? '; it has none' : `; it has ${known.join(', ')}`;
  return `blueprint ${blueprint} has no parameter "${name.slice(0, 60)}"${didYouMean(name, known) || list}`;
}

function missing(name: string, param: Param): string {
  const example = param.choices === undefined ? '…' : param.choices.join('|');
  return `${name} is needed: add ${name}=${example}${param.summary === '' ? '' : ` (${param.summary})`}`;
}

function problemOf(name: string, param: Param, value: string): string | undefined {
  if (/[\0\r\n]/.test(value)) return `${name} must be one line without NUL`;
  if (value.length > LONGEST_VALUE) return `${name} is too long: at most ${LONGEST_VALUE} characters`;
  const { choices } = param;
  const items = itemsOf(param, value);
  const wrong = choices && items.find((item) => !choices.includes(item));
  if (choices !== undefined && wrong !== undefined) {
    const shown = param.secret ? 'the value' : JSON.stringify(wrong.slice(0, 60));
    return `${name}: ${shown} is not one of ${choices.join(', ')}${param.secret ? '' : didYouMean(wrong, choices)}`;
  }
  if (param.pattern !== undefined && !matchesWhole(param.pattern, value)) {
    const shown = param.secret ? 'the value' : JSON.stringify(value.slice(0, 60));
    return `${name}: ${shown} does not match ${param.pattern}${param.summary === '' ? '' : ` (${param.summary})`}`;
  }
  if (items.length === 0) return `${name} names none of ${choices?.join(', ')}`;
  if (param.secret && value.length < SHORTEST_SECRET) {
    return `${name} is a secret and too short to be kept out of the output: at least ${SHORTEST_SECRET} characters`;
  }
  return undefined;
}
