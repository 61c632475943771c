/** The one of `words` that `typed` is most likely a slip for; undefined when none is close. */
export function nearest(typed: string, words: Iterable<string>): string | undefined {
  const wanted = typed.toLowerCase().slice(0, LONGEST);
  let best: string | undefined;
  // A short word may be off by one, a longer one by a third of its letters.
  let allowed = Math.max(1, Math.floor(wanted.length / 3));
  for (const word of words) {
    if (Math.abs(word.length - wanted.length) > allowed) continue;
    const distance = slips(wanted, word.toLowerCase());
    if (distance <= allowed) {
      best = word;
      allowed = distance - 1;
      if (allowed < 0) break;
    }
  }
  return best;
}

/** `; did you mean "…"?`, or nothing. */
export function didYouMean(typed: string, words: Iterable<string>): string {
  const word = nearest(typed, words);
  return word === undefined ? '' : `; did you mean "${word}"?`;
}

const LONGEST = 64;

/** Damerau-Levenshtein distance: letters added, left out, changed, or swapped with their neighbour. */
function slips(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(changed, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
}
