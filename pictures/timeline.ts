import { type Axis, ticks, took } from './axis.ts';
import { signOf } from './signs.ts';
import {
  COLOURS,
  clipped,
  element,
  hint,
  MARGIN,
  type Picture,
  picture,
  sign,
  TOP,
  WIDTH,
  words,
} from './svg.ts';
import { LABEL_SIZE, layLane } from './timeline-lane.ts';

/** What happened at one time, or from then `until` another. */
export interface TimelineEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly until?: string;
  /** The row it stands in: an environment, a person. */
  readonly lane: string;
  readonly label: string;
  /** A state (`failed`, `running`, `ready` …) shows by its sign; any other word as a dash. */
  readonly kind: string;
}

export interface TimelineToDraw {
  readonly title: string;
  readonly entries: readonly TimelineEntry[];
}

const MOST_LANES = 20;
/** More of one lane than this could not be told apart: the oldest ones are left out, and that is said. */
const MOST_IN_A_LANE = 120;
const LABELS = 170;
const LINE = 18;
const MOST_IN_WORDS = 6;

/** What happened in a session, by lane. `now` in ms: where what has no end yet ends. */
export function timeline({ title, entries }: TimelineToDraw, now: number): Picture {
  const lanes = lanesOf(entries);
  const axis: Axis = { ...spanOf(entries, now), left: MARGIN + LABELS, right: WIDTH - MARGIN - 20 };
  const stripes: string[] = [];
  const rows: string[] = [];
  let y = TOP;
  for (const [at, [lane, all]] of [...lanes].slice(0, MOST_LANES).entries()) {
    const shown = all.slice(-MOST_IN_A_LANE);
    const { markup, lines } = drawLane(shown, axis, y);
    const height = lines * LINE + 6;
    if (at % 2 === 0) {
      stripes.push(
        element('rect', { class: 'band', x: 8, y, width: WIDTH - 16, height, fill: COLOURS.band }),
      );
    }
    const more = all.length > shown.length ? ` (last ${shown.length} of ${all.length})` : '';
    rows.push(words(lane + more, { x: MARGIN, y: y + 16, room: LABELS - 14 }), markup);
    y += height;
  }
  const left = lanes.size - MOST_LANES;
  const note = lanes.size === 0 ? 'Nothing has happened yet.' : left > 0 ? `… ${left} more` : '';
  if (note !== '') {
    rows.push(words(note, { x: MARGIN, y: y + 15, room: 400, faint: true }));
    y += 20;
  }
  const scale = entries.length > 0 ? ticks(axis, TOP, y, true) : '';
  return picture({
    title,
    alt: timelineInWords({ title, entries }, now),
    height: y + 26,
    body: stripes.join('') + scale + rows.join(''),
  });
}

/** The same in words: how much there was, and the last of it. */
export function timelineInWords({ title, entries }: TimelineToDraw, now: number): string {
  if (entries.length === 0) return `Timeline of ${title}. Nothing has happened yet`;
  const { from, to } = spanOf(entries, now);
  const sorted = [...entries].sort((one, other) => one.at.localeCompare(other.at));
  const last = sorted
    .slice(-MOST_IN_WORDS)
    .map(({ at, lane, label }) => `${at.slice(11, 16)} UTC ${lane}: ${clipped(label, 500)}`);
  const size = `${entries.length} events in ${lanesOf(entries).size} rows over ${took(to - from)}`;
  return `Timeline of ${title}. ${size}; the last: ${last.join('; ')}`;
}

/** In the order in which they first have something. */
function lanesOf(entries: readonly TimelineEntry[]): Map<string, TimelineEntry[]> {
  const lanes = new Map<string, TimelineEntry[]>();
  for (const entry of [...entries].sort((one, other) => Date.parse(one.at) - Date.parse(other.at))) {
    const known = lanes.get(entry.lane);
    if (known) known.push(entry);
    else lanes.set(entry.lane, [entry]);
  }
  return lanes;
}

function spanOf(entries: readonly TimelineEntry[], now: number): { from: number; to: number } {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const entry of entries) {
    from = Math.min(from, Date.parse(entry.at));
    to = Math.max(to, endOf(entry, now));
  }
  return from < to ? { from, to } : { from: Math.min(from, now) - 1_000, to: Math.max(from, 0) || now };
}

function endOf({ at, until, kind }: TimelineEntry, now: number): number {
  if (until !== undefined) return Date.parse(until);
  return kind === 'running' ? Math.max(now, Date.parse(at)) : Date.parse(at);
}

function drawLane(
  entries: readonly TimelineEntry[],
  axis: Axis,
  top: number,
): { markup: string; lines: number } {
  const timed = entries.map((entry) => {
    const from = Date.parse(entry.at);
    return { ...entry, from, until: entry.until === undefined ? from : Date.parse(entry.until) };
  });
  const { placed, lines } = layLane(timed, axis);
  const markup = placed.map(({ entry, line, bar, label }, at) => {
    const y = top + line * LINE + 4;
    const group = element(
      'g',
      {},
      hintOf(entries[at] as TimelineEntry) +
        spanBar(entry.kind, bar.left, bar.right, y) +
        sign(entry.kind, bar.left - 6, y + 1, 13),
    );
    if (label === null) return group;
    const { left: x, right, text } = label;
    // A cut is made once, with the room that was left; here it all fits.
    return group + words(text, { x, y: y + 12, room: right - x + 1, size: LABEL_SIZE });
  });
  return { markup: markup.join(''), lines };
}

function hintOf({ at, until, lane, label, kind }: TimelineEntry): string {
  const end = until === undefined ? '' : `–${until.slice(11, 19)}`;
  return hint(`${at.slice(11, 19)}${end} UTC · ${lane} · ${label.slice(0, 200)} (${kind})`);
}

function spanBar(kind: string, x: number, end: number, y: number): string {
  if (end - x < 2) return '';
  const [tone] = signOf(kind);
  return element('rect', {
    class: `share ${tone}`,
    x,
    y,
    width: end - x,
    height: LINE - 3,
    rx: 3,
    fill: COLOURS[tone],
    'fill-opacity': 0.16,
    stroke: COLOURS[tone],
  });
}
