import { createHash, randomInt } from 'node:crypto';

/** Without letters and digits that look alike. */
const LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 10;

/** How long a code is worth something. */
export const CODE_MS = 10 * 60_000;
/** So many wrong codes may an account type in such a time; with 30^10 codes nobody guesses one. */
export const MOST_WRONG = 5;
export const WRONG_WITHIN_MS = 10 * 60_000;

/** A new code, as people read it: `K7QM2-XPA9T`. */
export function newLinkCode(): string {
  const letters = Array.from({ length: LENGTH }, () => LETTERS.charAt(randomInt(LETTERS.length)));
  letters.splice(LENGTH / 2, 0, '-');
  return letters.join('');
}

/** What is kept of a code, however it was typed: SHA-256, hex. */
export function hashOfCode(typed: string): string {
  const code = typed.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  return createHash('sha256').update(code).digest('hex');
}

/** Whether it can be a code at all. */
export function looksLikeCode(typed: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9 -]{3,20}$/.test(typed);
}
