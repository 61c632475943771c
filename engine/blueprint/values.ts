import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { didYouMean } from './nearest.ts';
import { complain, describe, type Place, quote } from './source.ts';

/** The fields of a map that are in the file, by name. */
export type Fields = ReadonlyMap<string, Place>;

/** Every reader here answers undefined after having complained at the place, and also for a place that is not there. */

/** A map of which `known` are all the keys that mean something. */
export function readFields(place: Place | undefined, known: readonly string[]): Fields | undefined {
  const entries = readEntries(place);
  if (entries === undefined) return undefined;
  const fields = new Map<string, Place>();
  for (const { name, at, value } of entries) {
    if (known.includes(name)) fields.set(name, value);
    else if (name === '<<') complain(at, 'merge keys are not supported; write the keys out');
    else complain(at, `unknown key${didYouMean(name, known) || `; known here: ${known.join(', ')}`}`);
  }
  return fields;
}

/** A map whose keys are names that the author chose. A name that is there twice is reported and left out. */
export function readEntries(
  place: Place | undefined,
): { name: string; at: Place; value: Place }[] | undefined {
  if (place === undefined) return undefined;
  const { source, node } = place;
  if (!isMap(node)) {
    complain(place, `must be a map (key: value), not ${describe(place)}`);
    return undefined;
  }
  const seen = new Set<string>();
  const entries: { name: string; at: Place; value: Place }[] = [];
  for (const pair of node.items) {
    const keyNode = source.resolve(pair.key as Node | null);
    const name = isScalar(keyNode) ? String(keyNode.value ?? '') : '';
    const shown = /^[\w<-]{1,60}$/.test(name) ? name : quote(name);
    const key = place.key === '' ? shown : `${place.key}.${shown}`;
    const offset = (pair.key as Node | null)?.range?.[0] ?? place.offset;
    const raw = pair.value as Node | null;
    const at: Place = { source, key, offset, node: keyNode };
    const value: Place = { source, key, offset: raw?.range?.[0] ?? offset, node: source.resolve(raw) };
    if (seen.has(name)) complain(at, 'is there twice');
    else entries.push({ name, at, value });
    seen.add(name);
  }
  return entries;
}

export function readList(place: Place | undefined): Place[] | undefined {
  if (place === undefined) return undefined;
  const { source, node } = place;
  if (!isSeq(node)) {
    complain(place, `must be a list, not ${describe(place)}`);
    return undefined;
  }
  return node.items.map((item, index) => {
    const raw = item as Node | null;
    const offset = raw?.range?.[0] ?? place.offset;
    return { source, key: `${place.key}[${index}]`, offset, node: source.resolve(raw) };
  });
}

/** A text, possibly of many lines. Numbers and true/false count as the text that was written. */
export function readText(place: Place | undefined): string | undefined {
  if (place === undefined) return undefined;
  const { node } = place;
  const value = isScalar(node) ? node.value : undefined;
  let text: string | undefined;
  if (typeof value === 'string') text = value;
  else if (typeof value === 'number' || typeof value === 'boolean') {
    text = (isScalar(node) && node.source) || String(value);
  }
  if (text === undefined) complain(place, `must be a text, not ${describe(place)}`);
  else if (text.includes('\0')) complain(place, 'must not hold a NUL character');
  else return text;
  return undefined;
}

/** A text of one line that is not empty. */
export function readLine(place: Place | undefined): string | undefined {
  const text = readText(place);
  if (place === undefined || text === undefined) return undefined;
  const line = text.trim();
  if (line === '') complain(place, 'must not be empty');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  else if (/[\x00-\x1f\x7f]/.test(line)) complain(place, 'must be one line without control characters');
  else if (line.length > 500) complain(place, 'is too long: at most 500 characters');
  else return line;
  return undefined;
}

export function readFlag(place: Place | undefined): boolean | undefined {
  if (place === undefined) return undefined;
  if (isScalar(place.node) && typeof place.node.value === 'boolean') return place.node.value;
  complain(place, `must be true or false, not ${describe(place)}`);
  return undefined;
}

/** A whole number from `least` to `most`. */
export function readWhole(place: Place | undefined, least: number, most: number): number | undefined {
  if (place === undefined) return undefined;
  const value = isScalar(place.node) ? place.node.value : undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  complain(place, `must be a whole number from ${least} to ${most}, not ${describe(place)}`);
  return undefined;
}

/** One of `words`. */
export function readWord<W extends string>(place: Place | undefined, words: readonly W[]): W | undefined {
  const text = readText(place);
  if (place === undefined || text === undefined) return undefined;
  const word = words.find((candidate) => candidate === text);
  if (word === undefined)
    complain(place, `must be ${words.join(' or ')}, not ${quote(text)}${didYouMean(text, words)}`);
  return word;
}

/** A list of one-line texts; one text alone stands for a list of one where `single` says so. */
export function readLines(place: Place | undefined, options?: { single: boolean }): string[] | undefined {
  if (place === undefined) return undefined;
  if (options?.single && !isSeq(place.node)) {
    const line = readLine(place);
    return line === undefined ? undefined : [line];
  }
  const items = readList(place);
  if (items === undefined) return undefined;
  return items.map(readLine).filter((line) => line !== undefined);
}

/** Complains unless `name` can be the name of a role, step, check or topic. */
export function isName(place: Place, name: string): boolean {
  if (/^[a-z][a-z0-9-]{0,62}$/.test(name)) return true;
  complain(place, `${quote(name)} is not a good name: small letters, digits and -, beginning with a letter`);
  return false;
}

/** A regular expression; `^` and `$` match at lines. */
export function readPattern(place: Place | undefined): string | undefined {
  const pattern = readText(place);
  if (place === undefined || pattern === undefined) return undefined;
  try {
    new RegExp(pattern, 'm');
    return pattern;
  } catch (error) {
    complain(place, `not a regular expression: ${(error as Error).message.replace(/^.*: /, '')}`);
    return undefined;
  }
}

/** Whether the pattern matches the whole of the value. */
export function matchesWhole(pattern: string, value: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(value);
}
