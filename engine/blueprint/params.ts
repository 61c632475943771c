import type { Param } from './blueprint.ts';
import { complain, type Place, quote } from './source.ts';
import { readEntries, readFields, readFlag, readLine, readLines, readWhole } from './values.ts';

const KEYS = ['summary', 'default', 'choices', 'secret', 'generate'] as const;

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
  const generate = readWhole(made, 8, 256);
  if (choicesPlace !== undefined && choices?.length === 0) complain(choicesPlace, 'leaves nothing to choose');
  if (usual !== undefined && value !== undefined && choices !== undefined && !choices.includes(value)) {
    complain(usual, `${quote(value)} is not one of the choices: ${choices.join(', ')}`);
  }
  if (made !== undefined && usual !== undefined) complain(made, 'has a default as well: keep one of them');
  if (made !== undefined && choicesPlace !== undefined)
    complain(made, 'has choices as well: keep one of them');
  return {
    summary: readLine(at('summary')) ?? '',
    secret: readFlag(at('secret')) ?? false,
    ...(generate !== undefined && { generate }),
    ...(value !== undefined && { default: value }),
    ...(choices !== undefined && { choices }),
  };
}
