import { createFinder, exactly } from './finder.ts';
import { secretForms } from './forms.ts';
import { type Find, findShapes, HINTS, LOOK_AHEAD } from './shapes.ts';

/** What is secret in a run's output: worked out once, used by the maskers of all its tasks. */
export interface SecretPatterns {
  /** Everything secret in `text` (bytes as latin1), which has no line end but at its end. In no order; may overlap. */
  find(text: string): Find[];
  /** Where something stands first, after `from`, without which a line has nothing secret in it; -1: nowhere. */
  hint(bytes: Uint8Array, from: number): number;
  /** What begins to be secret anywhere is known for secret within so many bytes. */
  readonly lookAhead: number;
}

/** Patterns of these values (of 4 characters or more, in every form they are likely to be written in) and of known shapes. */
export function secretPatterns(secrets: readonly string[]): SecretPatterns {
  const forms = secretForms(secrets);
  const finder = createFinder([...HINTS, ...forms.map(exactly)]);
  return {
    find: (text) => [...findForms(text, forms), ...findShapes(text)],
    hint: finder.next,
    lookAhead: forms.reduce((most, form) => Math.max(most, form.length), LOOK_AHEAD),
  };
}

function findForms(text: string, forms: readonly string[]): Find[] {
  const finds: Find[] = [];
  for (const form of forms) {
    for (let from = text.indexOf(form); from !== -1; from = text.indexOf(form, from + 1)) {
      finds.push({ start: from, from, to: from + form.length });
    }
  }
  return finds;
}
