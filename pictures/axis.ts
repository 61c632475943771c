import { COLOURS, element, words } from './svg.ts';

/** A stretch of time, drawn from left to right. */
export interface Axis {
  /** Milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Pixels. */
  readonly left: number;
  readonly right: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14, 30, 90, 365].map((days) => days * DAY),
];
const MOST_TICKS = 9;

/** Where a time stands on the axis. What is outside stands at its end. */
export function place({ from, to, left, right }: Axis, at: number): number {
  const share = to > from ? (at - from) / (to - from) : 0;
  return left + Math.max(0, Math.min(1, share)) * (right - left);
}

/** Thin lines over the whole height, each with its time below: counted from the beginning, or (`clock`) the time of day in UTC. */
export function ticks(axis: Axis, top: number, bottom: number, clock = false): string {
  const span = Math.max(1, axis.to - axis.from);
  const step = STEPS.find((each) => span / each <= MOST_TICKS) ?? Math.ceil(span / MOST_TICKS);
  const start = clock ? Math.ceil(axis.from / step) * step : axis.from;
  const count = Math.min(MOST_TICKS + 1, Math.floor((axis.to - start) / step) + 1);
  return Array.from({ length: Math.max(0, count) }, (_, at) => start + at * step)
    .map((time) => {
      const x = place(axis, time);
      const label = clock ? timeOfDay(time, step) : took(time - axis.from);
      return (
        element('line', { class: 'line', x1: x, x2: x, y1: top, y2: bottom, stroke: COLOURS.line }) +
        words(label, { x, y: bottom + 14, room: 90, size: 11, faint: true, anchor: 'middle' })
      );
    })
    .join('');
}

/** `0`, `250 ms`, `4.2 s`, `32 s`, `2 min 05 s`, `3 h 10 min`, `2 d 4 h`. */
export function took(milliseconds: number): string {
  const ms = Math.max(0, Math.round(milliseconds));
  if (ms === 0) return '0';
  if (ms < SECOND) return `${ms} ms`;
  if (ms < 10 * SECOND) return `${Math.round(ms / 100) / 10} s`;
  const seconds = Math.round(ms / SECOND);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return pair(minutes, 'min', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  return hours < 24
    ? pair(hours, 'h', minutes % 60, 'min')
    : pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function pair(large: number, unit: string, small: number, smaller: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${String(small).padStart(2, '0')} ${smaller}`;
}

function timeOfDay(time: number, step: number): string {
  const iso = new Date(time).toISOString();
  if (step >= DAY) return iso.slice(5, 10);
  return step < MINUTE ? iso.slice(11, 19) : iso.slice(11, 16);
}
