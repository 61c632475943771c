import { createHash } from 'node:crypto';
import type { Blueprint } from './blueprint.ts';

/** The blueprint's SHA-256 in hex. Independent of the order of keys, but for the roles', in which nodes are handed out. */
export function digestOf(blueprint: Omit<Blueprint, 'digest'>): string {
  const order = Object.keys(blueprint.roles);
  return createHash('sha256')
    .update(JSON.stringify(sorted({ blueprint, order })))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, sorted(inner)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
