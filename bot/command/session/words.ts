import { DurationError, parseDuration } from '../../../engine/duration.ts';
import { nameFault } from '../names.ts';
import { readWords } from '../words.ts';

/** Something that is wrong with people's words, and what they may have meant. */
export interface Wrong {
  readonly ok: false;
  readonly message: string;
  readonly repairs: readonly string[];
}

export function wrong(message: string, ...repairs: string[]): Wrong {
  return { ok: false, message, repairs };
}

export function isWrong(value: unknown): value is Wrong {
  return typeof value === 'object' && value !== null && 'ok' in value && value.ok === false;
}

/** The words of a text as a shell splits them, quotes taken off; an open quote is taken as a letter. */
export function wordsOf(text: string): string[] {
  const { words, open } = readWords(text);
  if (open !== null)
    return text
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '');
  return words.map((word) => word.text);
}

/** What stands before `because`, and what after it, as typed. */
export function splitReason(text: string): { readonly before: string; readonly reason: string | null } {
  const [, before = '', reason = ''] = /^(.*?)(?:^|\s)because(?:\s+(.*))?$/is.exec(text) ?? [];
  if (!/(?:^|\s)because(?:\s|$)/i.test(text)) return { before: text, reason: null };
  const line = reason.replaceAll(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return { before, reason: line === '' ? null : line };
}

const LONGEST_REASON = 200;

export function reasonFault(reason: string | null): Wrong | null {
  if (reason === null || [...reason].length <= LONGEST_REASON) return null;
  return wrong(`a reason has at most ${LONGEST_REASON} characters`);
}

/** `2h` as ms, or what is wrong with it. */
export function durationOf(word: string | undefined, verb: string): number | Wrong {
  if (word === undefined) return wrong(`after "for" a duration is missing: ${verb} … for 2h`);
  try {
    const ms = parseDuration(word);
    if (ms >= 1_000 && ms <= 24 * 86_400_000) return ms;
    return wrong(`after "for": from 1s to 24d, not ${word}`);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    return wrong(`after "for": ${error.message}`);
  }
}

/** The name of an environment, or what is wrong with it. */
export function environmentOf(word: string | undefined, verb: string): string | Wrong {
  if (word === undefined) return wrong(`${verb} needs an environment`);
  const fault = nameFault('environment', word);
  if (fault === null) return word;
  return wrong(fault.message, ...(fault.instead === null ? [] : [fault.instead]));
}
