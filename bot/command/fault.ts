import type { Word } from './words.ts';
import { splice } from './words.ts';

/** The environments, blueprints and pools that there are: only for better suggestions; nothing is refused by them. */
export interface ParseContext {
  readonly environments: readonly string[];
  readonly blueprints: readonly string[];
  readonly pools: readonly string[];
}

/** What is wrong with a line, and lines that may have been meant, likeliest first; a repair may still have other faults. */
export interface Fault {
  readonly message: string;
  readonly repairs: readonly string[];
}

/** A line under reading, with the changes that repair it. */
export interface Line {
  readonly text: string;
  /** The line with `word` replaced; left out if `replacement` is empty. */
  replace(word: Word, replacement: string): string;
  /** The line with `text` put in before the word. */
  before(word: Word, text: string): string;
  /** The line with `text` put in after the word. */
  after(word: Word, text: string): string;
}

export function lineOf(text: string): Line {
  return {
    text,
    replace: (word, replacement) => splice(text, word, replacement),
    before: (word, added) => splice(text, { start: word.start, end: word.start }, `${added} `),
    after: (word, added) => splice(text, { start: word.end, end: word.end }, ` ${added}`),
  };
}
