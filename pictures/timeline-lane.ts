import { type Axis, place } from './axis.ts';
import { clipped, widthInPixels } from './svg.ts';

/** What stands in one row of the timeline: pure geometry, in pixels. */

export interface Stretch {
  readonly left: number;
  readonly right: number;
}

export interface Placed<Entry> {
  readonly entry: Entry;
  /** 0…, from above. */
  readonly line: number;
  /** Its sign, and its bar if it has one. */
  readonly mark: Stretch;
  /** Where it begins and ends; equal for a moment. */
  readonly bar: Stretch;
  /** Null: there is no room for words; it stands in the last line, in which there are none. */
  readonly label: (Stretch & { readonly text: string }) | null;
}

/** In ms since 1970. */
export interface Timed {
  readonly from: number;
  readonly until: number;
  readonly label: string;
}

/** What has words stands in so many lines; the marks of all else in one more below them. */
export const MOST_LINES = 5;
export const LABEL_SIZE = 11;
const LONGEST_LABEL = 220;
/** A sign reaches so far to both sides of its moment. */
const SIGN = { left: 6, right: 7 };
const GAP = 4;
/** Labels may end so far to the right of the axis. */
const OVERHANG = 20;

/** Places entries, the oldest first: no mark and no label covers another's label. */
export function layLane<Entry extends Timed>(
  entries: readonly Entry[],
  axis: Axis,
): { readonly placed: readonly Placed<Entry>[]; readonly lines: number } {
  const taken: Stretch[][] = [];
  const placed = entries.map((entry): Placed<Entry> => {
    const from = place(axis, entry.from);
    const bar = { left: from, right: Math.max(from, place(axis, entry.until)) };
    const mark = { left: from - SIGN.left, right: Math.max(from + SIGN.right, bar.right) };
    const label = labelOf(entry.label, bar, mark, axis);
    const whole = {
      left: Math.min(mark.left, label.left) - GAP / 2,
      right: Math.max(mark.right, label.right) + GAP / 2,
    };
    const free = taken.findIndex((others) => others.every((other) => isApart(other, whole)));
    if (free < 0 && taken.length === MOST_LINES) return { entry, line: MOST_LINES, mark, bar, label: null };
    const line = free < 0 ? taken.push([]) - 1 : free;
    taken[line]?.push(whole);
    return { entry, line, mark, bar, label };
  });
  return { placed, lines: 1 + Math.max(0, ...placed.map(({ line }) => line)) };
}

/** Within the bar where that is wide enough, else to the right of it, or to the left where the picture ends. */
function labelOf(text: string, bar: Stretch, mark: Stretch, axis: Axis): Stretch & { text: string } {
  const wanted = Math.min(LONGEST_LABEL, widthInPixels(text.replace(/\s+/g, ' '), LABEL_SIZE));
  const inside = mark.left + SIGN.left + SIGN.right + GAP;
  if (bar.right - inside - GAP >= wanted) return shown(text, inside, wanted);
  const start = mark.right + GAP;
  const onRight = axis.right + OVERHANG - start;
  const onLeft = mark.left - GAP - axis.left;
  if (onRight >= wanted || onRight >= onLeft) return shown(text, start, Math.min(wanted, onRight));
  const cut = clipped(text, Math.min(wanted, onLeft), LABEL_SIZE);
  return shown(text, mark.left - GAP - widthInPixels(cut, LABEL_SIZE), Math.min(wanted, onLeft));
}

function shown(text: string, left: number, room: number): Stretch & { text: string } {
  const cut = clipped(text, room, LABEL_SIZE);
  return { left, right: left + widthInPixels(cut, LABEL_SIZE), text: cut };
}

function isApart(one: Stretch, other: Stretch): boolean {
  return one.right <= other.left || other.right <= one.left;
}
