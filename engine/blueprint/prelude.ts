import { isSeq } from 'yaml';
import type { PreludePart } from './blueprint.ts';
import { complain, type Place } from './source.ts';
import type { Names } from './steps.ts';
import { readFields, readList } from './values.ts';
import { readWhen } from './when.ts';

/** `prelude:` is a script, or a list of `{run, when}`, of which the values of an environment's parameters choose. */
export async function readPrelude(place: Place | undefined, names: Names): Promise<PreludePart[]> {
  if (place === undefined) return [];
  if (!isSeq(place.node)) {
    const text = await names.script(place);
    return text === undefined ? [] : [{ text, when: {} }];
  }
  const parts: PreludePart[] = [];
  for (const item of readList(place) ?? []) {
    const fields = readFields(item, ['run', 'when']);
    if (fields !== undefined && !fields.has('run')) complain(item, 'has no run');
    const text = await names.script(fields?.get('run'));
    if (text !== undefined) parts.push({ text, when: readWhen(fields?.get('when'), names.params) });
  }
  return parts;
}
