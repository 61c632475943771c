import { type Axis, place, ticks, took } from './axis.ts';
import {
  countsInWords,
  problemsInWords,
  type RunToDraw,
  type StepToDraw,
  stepsOf,
  type TaskToDraw,
  titleOf,
} from './run-view.ts';
import { countStates, signOf, urgencyOf } from './signs.ts';
import {
  COLOURS,
  element,
  hint,
  MARGIN,
  type Picture,
  picture,
  sign,
  TOP,
  WIDTH,
  widthInPixels,
  words,
} from './svg.ts';

/** Up to so many tasks each has a line of its own with its node's name; of more, a step is a band of thin lines. */
const MOST_LINES = 40;
const LINE = 20;
/** A band is so many pixels high at most, and has so many lines: nodes that share one are drawn as one. */
const MOST_LANES = 12;
const LANE = 2.5;
const BAND_LEAST = 18;
const MOST_STEPS = 60;

const LABELS = 300;
const RESULTS = 120;

/** When each step ran on each node: what it waited for, what took long, where it stopped. `now` in ms, for what still runs. */
export function gantt(run: RunToDraw, now: number): Picture {
  const steps = stepsOf(run);
  const axis: Axis = { ...spanOf(run, now), left: MARGIN + LABELS, right: WIDTH - MARGIN - RESULTS };
  const fine = run.tasks.length <= MOST_LINES;
  const stripes: string[] = [];
  const rows: string[] = [];
  let y = TOP;
  for (const [at, step] of steps.slice(0, MOST_STEPS).entries()) {
    const height = fine ? step.tasks.length * LINE : bandHeight(step);
    if (at % 2 === 0) stripes.push(stripe(y, height));
    rows.push(fine ? lines(step, axis, y, now) : band(step, axis, y, now));
    y += height;
  }
  const left = steps.length - MOST_STEPS;
  const note = steps.length === 0 ? 'No tasks yet.' : left > 0 ? `… ${left} more steps` : '';
  if (note !== '') {
    rows.push(words(note, { x: MARGIN, y: y + 15, room: LABELS, faint: true }));
    y += LINE;
  }
  const body = stripes.join('') + ticks(axis, TOP, y) + rows.join('');
  return picture({ title: titleOf(run), alt: ganttInWords(run, now), height: y + 26, body });
}

/** The same in words. */
export function ganttInWords(run: RunToDraw, now: number): string {
  const steps = stepsOf(run);
  const { from, to } = spanOf(run, now);
  const longest = steps
    .map(({ title, tasks }) => ({ title, ms: lasted(tasks, now) }))
    .sort((one, other) => other.ms - one.ms)
    .slice(0, 2)
    .filter(({ ms }) => ms > 0)
    .map(({ title, ms }) => `${title} ${took(ms)}`);
  return [
    `Gantt of ${titleOf(run)}`,
    `${steps.length} steps in ${took(to - from)}: ${countsInWords(run)}`,
    ...(longest.length > 0 ? [`longest: ${longest.join(', ')}`] : []),
    ...[problemsInWords(run)].filter((text) => text !== ''),
  ].join('. ');
}

function spanOf(run: RunToDraw, now: number): { from: number; to: number } {
  const from = Date.parse(run.startedAt ?? run.createdAt);
  let to = run.endedAt === null ? now : Date.parse(run.endedAt);
  for (const { endedAt } of run.tasks) if (endedAt !== null) to = Math.max(to, Date.parse(endedAt));
  return { from, to: Math.max(to, from + 1) };
}

function lasted(tasks: readonly TaskToDraw[], now: number): number {
  const span = stretch(tasks, now);
  return span ? span.to - span.from : 0;
}

/** From the first start to the last end; null where nothing has started. */
function stretch(tasks: readonly TaskToDraw[], now: number): { from: number; to: number } | null {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const task of tasks) {
    if (task.startedAt === null) continue;
    from = Math.min(from, Date.parse(task.startedAt));
    to = Math.max(to, endOf(task, now));
  }
  return from <= to ? { from, to } : null;
}

/** What runs goes on until now; what has stopped without a time of its end has stopped where it began. */
function endOf({ startedAt, endedAt, state }: TaskToDraw, now: number): number {
  if (endedAt !== null) return Date.parse(endedAt);
  return state === 'running' ? now : Date.parse(startedAt ?? '');
}

/** A line for each node of the step. */
function lines({ title, tasks }: StepToDraw, axis: Axis, top: number, now: number): string {
  return tasks
    .map((task, at) => {
      const y = top + at * LINE;
      const node = task.node ?? '';
      const label = at === 0 ? words(title, { x: MARGIN, y: y + 14, room: labelRoom(node) }) : '';
      const name = words(node, {
        x: MARGIN + LABELS - 10,
        y: y + 14,
        room: 95,
        faint: true,
        anchor: 'end',
        size: 11,
      });
      const time = task.startedAt === null ? '' : ` ${took(lasted([task], now))}`;
      const result = words(`${task.state}${time}`, {
        x: axis.right + 26,
        y: y + 14,
        room: RESULTS - 28,
        size: 11,
      });
      return (
        label +
        name +
        bar(task, axis, y + 4, LINE - 8, now) +
        sign(task.state, axis.right + 8, y + 4) +
        result
      );
    })
    .join('');
}

/** What the name of a node beside it leaves to a step's title. */
function labelRoom(node: string): number {
  return LABELS - 26 - Math.min(95, widthInPixels(node, 11));
}

/** All nodes of the step as thin lines over each other; at its end how many have come how far. */
function band(step: StepToDraw, axis: Axis, top: number, now: number): string {
  const { title, tasks } = step;
  const height = bandHeight(step);
  const middle = top + height / 2 + 4;
  const lanes = Math.min(tasks.length, MOST_LANES);
  const thick = (height - 6) / lanes;
  const bars = Array.from({ length: lanes }, (_, lane) => {
    const group = tasks.slice(
      Math.floor((lane * tasks.length) / lanes),
      Math.floor(((lane + 1) * tasks.length) / lanes),
    );
    return bar(joined(group, now), axis, top + 3 + lane * thick, thick, now);
  });
  const nodes = tasks.length > 1 ? `${tasks.length} nodes` : (tasks[0]?.node ?? '');
  return (
    words(title, { x: MARGIN, y: middle, room: labelRoom(nodes) }) +
    words(nodes, { x: MARGIN + LABELS - 10, y: middle, room: 75, faint: true, anchor: 'end', size: 11 }) +
    bars.join('') +
    results(tasks, axis.right + 8, middle)
  );
}

function bandHeight({ tasks }: StepToDraw): number {
  return Math.max(BAND_LEAST, 6 + Math.min(tasks.length, MOST_LANES) * LANE);
}

/** Several nodes as one: from the first start to the last end, in the state that people must see first. */
function joined(tasks: readonly TaskToDraw[], now: number): TaskToDraw {
  const [first] = tasks;
  if (first && tasks.length === 1) return first;
  const worst = [...tasks].sort((one, other) => urgencyOf(one.state) - urgencyOf(other.state))[0];
  const span = stretch(tasks, now);
  return {
    step: first?.step ?? '',
    title: first?.title ?? '',
    node: `${tasks.length} nodes, ${first?.node ?? ''} …`,
    state: worst?.state ?? 'waiting',
    startedAt: span && new Date(span.from).toISOString(),
    endedAt: span && new Date(span.to).toISOString(),
  };
}

/** Room for two states; the most urgent ones. */
function results(tasks: readonly TaskToDraw[], x: number, y: number): string {
  return countStates(tasks.map(({ state }) => state))
    .slice(0, 2)
    .map(([state, count], at) => {
      const left = x + at * 56;
      return sign(state, left, y - 10) + words(String(count), { x: left + 16, y, room: 38, size: 11 });
    })
    .join('');
}

/** What runs has an open end; what has not started has no bar. */
function bar(task: TaskToDraw, axis: Axis, y: number, height: number, now: number): string {
  if (task.startedAt === null) return '';
  const [tone] = signOf(task.state);
  const from = place(axis, Date.parse(task.startedAt));
  const to = place(axis, endOf(task, now));
  const isOpen = task.state === 'running';
  const where = task.node === null ? '' : ` on ${task.node}`;
  return element(
    'rect',
    {
      class: `bar ${tone}`,
      x: from,
      y,
      width: Math.max(2, to - from),
      height: Math.max(1, height - (height > 4 ? 0 : 0.4)),
      rx: height > 6 ? 2 : undefined,
      fill: COLOURS[tone],
      ...(isOpen ? { 'fill-opacity': 0.35, stroke: COLOURS[tone], 'stroke-dasharray': '3 2' } : {}),
    },
    hint(`${task.title}${where}: ${task.state}, ${took(endOf(task, now) - Date.parse(task.startedAt))}`),
  );
}

function stripe(y: number, height: number): string {
  return element('rect', { class: 'band', x: 8, y, width: WIDTH - 16, height, fill: COLOURS.band });
}
