import { folded } from './said.ts';

/**
 * Organisations and sites as people typed them, each under one spelling: "Dell" and "dell" are one, shown as most have it, and
 * of as many as the first has it. Null stays null. Pure.
 */
export function oneSpelling(said: readonly (string | null)[]): (text: string | null) => string | null {
  const counts = new Map<string, Map<string, number>>();
  for (const text of said) {
    if (text === null) continue;
    const spellings = counts.get(folded(text)) ?? new Map<string, number>();
    counts.set(folded(text), spellings.set(text, (spellings.get(text) ?? 0) + 1));
  }
  const chosen = new Map(
    [...counts].map(([word, spellings]) => {
      const most = Math.max(...spellings.values());
      return [word, [...spellings].find(([, count]) => count === most)?.[0] ?? word];
    }),
  );
  return (text) => (text === null ? null : (chosen.get(folded(text)) ?? text));
}
