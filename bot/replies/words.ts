/** `1 check`, `3 checks`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `4 min ago`; for people, so one unit is enough. */
export function ago(date: Date, now = new Date()): string {
  const seconds = Math.max(0, Math.round((now.getTime() - date.getTime()) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.round(hours / 24)} d ago`;
}

/** A point in time, `2026-11-28T18:00Z`: each service shows it to its readers as they read times, in their zone where it can. */
export function atMinute(date: Date): string {
  return `${date.toISOString().slice(0, 16)}Z`;
}

/** The same with seconds, where they matter. */
export function atSecond(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** On one line; of what is longer, the beginning and how much is missing: nobody is to take the beginning for all of it. */
export function beginningOf(text: string, length: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line.length <= length) return line;
  const head = line.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
  return `${head}… [${line.length - head.length} more characters]`;
}

/** Cut to one line of at most `length` characters. */
export function short(text: string, length: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}
