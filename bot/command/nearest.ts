import { nearest as slipOf } from '../../engine/blueprint/nearest.ts';

/**
 * The candidate that was most likely meant by `word`: a slip of the fingers (letters missing, added, changed or swapped:
 * one in a short word, up to a third of a longer one), or else the only one that begins with it. Null if none is close.
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const list = [...candidates];
  const slip = slipOf(word, list);
  if (slip !== undefined) return slip;
  const begun = word.toLowerCase();
  const longer = begun.length < 2 ? [] : list.filter((name) => name.toLowerCase().startsWith(begun));
  return longer.length === 1 ? (longer[0] ?? null) : null;
}
