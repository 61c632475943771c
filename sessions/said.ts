/** What people wrote, as one line that is safe to show: no control or direction-changing characters, spaces folded. */
export function oneLine(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C\uFEFF]/gu, '')
    .replace(/[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
}

/** The same word whatever its letters' case and accents' encoding: for comparing options and names. */
export function folded(text: string): string {
  return oneLine(text).normalize('NFKC').toLowerCase();
}
