/** `text` as one word of a POSIX shell, whatever it holds (but NUL, which no shell can hold). */
export function shellWord(text: string): string {
  return `'${text.replaceAll('\0', '').replaceAll("'", `'\\''`)}'`;
}
