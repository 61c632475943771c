/** The mark that stands for a secret in gathered settings, with the beginning of its hash. */
const MARK = /\(secret ([0-9a-f]{8})\)/g;

/** The hashes of the secrets in a value, in their order. */
export function hashesIn(value: string): string[] {
  return [...value.matchAll(MARK)].map((match) => match[1] as string);
}

/** The value with every secret in it looking the same; `word` tells what it looks like. */
export function withoutHashes(value: string, word = '(secret)'): string {
  return value.replace(MARK, word);
}

/**
 * Which secret of the left side is which of the right one. Two environments have different passwords, and that is no difference;
 * but where one environment uses one password in three places, so should the other. So secrets are matched by the places they
 * stand in, those with most places in common first, and a place where two stand that are not matched is a difference.
 */
export function matchSecrets(places: Iterable<readonly [left: string, right: string]>): Map<string, string> {
  const votes = new Map<string, { left: string; right: string; count: number; order: number }>();
  for (const [left, right] of places) {
    const key = `${left} ${right}`;
    const vote = votes.get(key);
    if (vote === undefined) votes.set(key, { left, right, count: 1, order: votes.size });
    else vote.count++;
  }
  const matched = new Map<string, string>();
  const taken = new Set<string>();
  for (const { left, right } of [...votes.values()].sort((a, b) => b.count - a.count || a.order - b.order)) {
    if (matched.has(left) || taken.has(right)) continue;
    matched.set(left, right);
    taken.add(right);
  }
  return matched;
}
