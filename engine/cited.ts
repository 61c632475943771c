/** Who asked for a run knows it by its beginning; a script of fifty lines would push what is said about it out of sight. */
const LONGEST = 60;

/** A command as a message cites it: in quotes, on one line, its beginning if it is long. */
export function cited(command: string): string {
  const line = command.replaceAll(/\s+/g, ' ').trim();
  if (line.length <= LONGEST) return `"${line}"`;
  return `"${line.slice(0, LONGEST - 1).replace(/[\uD800-\uDBFF]$/, '')}…"`;
}
