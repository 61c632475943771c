const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof UNIT_MS;

/** Nothing that we wait for is longer. */
const LONGEST_MS = 366 * UNIT_MS.d;

/** A duration could not be read; the message says what was written and what to write instead. */
export class DurationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DurationError';
  }
}

/**
 * Milliseconds of `90s`, `15m`, `2h`, `1d` or several of them from large to small (`1h30m`).
 * Throws {@link DurationError} for anything else, and for more than 366 days.
 */
export function parseDuration(text: string): number {
  const written = text.trim();
  if (/^\d+$/.test(written)) {
    throw new DurationError(`"${written}" has no unit: write ${written}s, ${written}m or ${written}h`);
  }
  if (!/^(\d{1,9}[smhd])+$/.test(written)) {
    throw new DurationError(`"${shorten(written)}" is not a duration: write 90s, 15m, 2h, 1d or 1h30m`);
  }
  let total = 0;
  let above = Number.POSITIVE_INFINITY;
  for (const [, amount, letter] of written.matchAll(/(\d+)([smhd])/g)) {
    const unit = UNIT_MS[letter as Unit];
    if (unit >= above) {
      throw new DurationError(`"${written}" is not a duration: units go from large to small, as in 1h30m`);
    }
    above = unit;
    total += Number(amount) * unit;
  }
  if (total > LONGEST_MS) throw new DurationError(`"${written}" is too long: at most 366d`);
  return total;
}

/** A length of time for people, two units at most: `0.8 s`, `42 s`, `2 min 5 s`, `3 h 10 min`, `2 d 4 h`. */
export function formatDuration(ms: number): string {
  const span = Number.isFinite(ms) ? Math.max(0, ms) : 0;
  const tenths = Math.round(span / 100);
  if (tenths < 100) return `${tenths % 10 === 0 ? tenths / 10 : (tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(span / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
