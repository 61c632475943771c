import type { ArgumentSpec } from './spec.ts';
import type { Word } from './words.ts';

/** What has been sorted so far. */
export interface Sorting {
  readonly given: Map<ArgumentSpec, Word>;
  readonly settings: Map<string, string>;
  readonly flags: Set<string>;
  /** Words that have no place yet. */
  readonly plain: Word[];
}
