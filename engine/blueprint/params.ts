import type { Param } from './blueprint.ts';
import { complain, type Place, quote } from './source.ts';
import {
  matchesWhole,
  readEntries,
  readFields,
  readFlag,
  readLine,
  readLines,
  readPattern,
  readWhole,
} from './values.ts';

/** A shorter value would be masked wherever its letters happen to stand, so it is not masked, and not taken. */
export const SHORTEST_SECRET = 4;

const KEYS = ['summary', 'default', 'choices', 'pattern', 'many', 'secret', 'generate'] as const;

/** `params:`, in the file's order. */
export function readParams(place: Place | undefined): Record<string, Param> {
  const params: [string, Param][] = [];
  for (const { name, at, value } of readEntries(place) ?? []) {
    if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) {
      complain(at, `${quote(name)} is not a good name: small letters, digits and _, beginning with a letter`);
      continue;
    }
    params.push([name, readParam(value)]);
  }
  return Object.fromEntries(params);
}

function readParam(place: Place): Param {
  const fields = readFields(place, KEYS);
  const at = (key: (typeof KEYS)[number]) => fields?.get(key);
  const usual = at('default');
  const choicesPlace = at('choices');
  const made = at('generate');

  const value = readLine(usual);
  const choices = readLines(choicesPlace);
  const pattern = readPattern(at('pattern'));
  const many = readFlag(at('many')) ?? false;
  const generate = readWhole(made, 8, 256);
  if (choicesPlace !== undefined && choices?.length === 0) complain(choicesPlace, 'leaves nothing to choose');
  const comma = choices?.find((choice) => choice.includes(','));
  if (many && choices === undefined) complain(place, 'holds many of its choices, but has no choices');
  if (many && choicesPlace !== undefined && comma !== undefined)
    complain(choicesPlace, `${quote(comma)} has a comma, which separates the choices that a value holds`);
  for (const item of value === undefined ? [] : many ? value.split(',') : [value]) {
    if (usual === undefined || choices === undefined || choices.includes(item)) continue;
    complain(usual, `${quote(item)} is not one of the choices: ${choices.join(', ')}`);
  }
  if (usual !== undefined && value !== undefined && pattern !== undefined && !matchesWhole(pattern, value))
    complain(usual, `${quote(value)} does not match its own pattern`);
  const secret = readFlag(at('secret')) ?? false;
  if (secret && usual !== undefined && value !== undefined && value.length < SHORTEST_SECRET)
    complain(
      usual,
      `is secret and too short to be kept out of the output: at least ${SHORTEST_SECRET} characters`,
    );
  if (made !== undefined && usual !== undefined) complain(made, 'has a default as well: keep one of them');
  if (made !== undefined && choicesPlace !== undefined)
    complain(made, 'has choices as well: keep one of them');
  return {
    summary: readLine(at('summary')) ?? '',
    secret,
    ...(generate !== undefined && { generate }),
    ...(value !== undefined && { default: value }),
    ...(choices !== undefined && { choices }),
    ...(pattern !== undefined && { pattern }),
    ...(many && { many }),
  };
}
