import type { Blueprint, Role } from './blueprint.ts';
import { complain, describe, type Place } from './source.ts';
import { isName, readEntries, readFields, readText, readWhole } from './values.ts';
import { readWhen } from './when.ts';

const MOST_NODES = 10_000;

/** `roles:`, in the file's order. */
export function readRoles(place: Place | undefined, params: Blueprint['params']): Record<string, Role> {
  const roles: [string, Role][] = [];
  /** Where roles say that they may have no node. */
  const mayBeNone: Place[] = [];
  const entries = readEntries(place);
  for (const { name, at, value } of entries ?? []) {
    if (!isName(at, name)) continue;
    const fields = readFields(value, ['count', 'default', 'when']);
    const countPlace = fields?.get('count');
    if (fields !== undefined && countPlace === undefined) {
      complain(value, 'has no count: write count: 1 or count: 1..500');
    }
    // A role whose count is wrong is still a role, so that steps on it are not reported as well.
    const { min, max } = (countPlace && readCount(countPlace)) ?? { min: 1, max: MOST_NODES };
    if (countPlace && min === 0) mayBeNone.push(countPlace);
    const usual = readWhole(fields?.get('default'), min, max) ?? min;
    const when = readWhen(fields?.get('when'), params);
    roles.push([name, { count: { min, max, default: usual }, when }]);
  }
  // Of roles that depend on parameters, one has nodes or another: draft.ts sees to it that there is one at all.
  const [first] = mayBeNone;
  if (first && mayBeNone.length === entries?.length)
    complain(first, 'may be 0, as of every role: one role must have one node at least, write 1 or 1..500');
  if (place !== undefined && entries?.length === 0) complain(place, 'names no role');
  return Object.fromEntries(roles);
}

/** `3`, or `1..500`. */
function readCount(place: Place): { min: number; max: number } | undefined {
  const text = readText(place);
  if (text === undefined) return undefined;
  const range = /^(\d{1,6})(?:\.\.(\d{1,6}))?$/.exec(text.trim());
  if (range === null) {
    complain(place, `must be a number of nodes (1) or a range (1..500), not ${describe(place)}`);
    return undefined;
  }
  const min = Number(range[1]);
  const max = Number(range[2] ?? range[1]);
  if (min > max) complain(place, `the range ends (${max}) before it begins (${min})`);
  else if (max === 0) complain(place, 'must allow one node at least');
  else if (max > MOST_NODES) complain(place, `at most ${MOST_NODES} nodes`);
  else return { min, max };
  return undefined;
}
