import {
  countsInWords,
  problemsInWords,
  type RunToDraw,
  type StepToDraw,
  stepsOf,
  type TaskToDraw,
  titleOf,
} from './run-view.ts';
import { countStates, signOf } from './signs.ts';
import { COLOURS, element, hint, MARGIN, type Picture, picture, sign, TOP, WIDTH, words } from './svg.ts';

/** Up to so many nodes each has a column of its own; of more, a step is one bar with a part for each state. */
const MOST_COLUMNS = 16;
const MOST_STEPS = 60;
const MOST_NAMED = 4;
const LABELS = 330;
const ROW = 22;
const HEADING = 30;

/** How far each step has come on each node: a sign in each place, or how many are in which state. */
export function board(run: RunToDraw): Picture {
  const steps = stepsOf(run);
  const nodes = [...new Set(run.tasks.flatMap(({ node }) => node ?? []))];
  const named = nodes.length <= MOST_COLUMNS;
  const parts = [named ? headings(nodes) : ''];
  let y = TOP + (named && nodes.length > 0 ? HEADING : 0);
  for (const [at, step] of steps.slice(0, MOST_STEPS).entries()) {
    const problems = named ? '' : problemNodes(step);
    const height = ROW + (problems === '' ? 0 : 15);
    if (at % 2 === 0) {
      parts.push(element('rect', { class: 'band', x: 8, y, width: WIDTH - 16, height, fill: COLOURS.band }));
    }
    parts.push(
      words(step.title, { x: MARGIN, y: y + 15, room: LABELS - 20 }),
      named ? places(step, nodes, y) : shares(step, y),
      words(problems, {
        x: MARGIN + LABELS,
        y: y + ROW + 8,
        room: WIDTH - LABELS - 2 * MARGIN,
        size: 11,
        faint: true,
      }),
    );
    y += height;
  }
  const left = steps.length - MOST_STEPS;
  const note = left > 0 ? `… ${left} more steps. ${countsInWords(run)}` : countsInWords(run);
  parts.push(words(note, { x: MARGIN, y: y + 18, room: WIDTH - 2 * MARGIN, faint: true }));
  return picture({ title: titleOf(run), alt: boardInWords(run), height: y + 28, body: parts.join('') });
}

/** The same in words. */
export function boardInWords(run: RunToDraw): string {
  const problems = problemsInWords(run);
  return `Board of ${titleOf(run)}. ${countsInWords(run)}${problems === '' ? '' : `. ${problems}`}`;
}

function columnWidth(nodes: number): number {
  return (WIDTH - LABELS - 2 * MARGIN) / Math.max(1, nodes);
}

function headings(nodes: readonly string[]): string {
  const wide = columnWidth(nodes.length);
  return nodes
    .map((node, at) => {
      const x = MARGIN + LABELS + at * wide;
      // Beside each other where they fit; else they rise.
      if (wide >= 90) return words(node, { x, y: TOP + 18, room: wide - 8, size: 11, faint: true });
      const y = TOP + HEADING - 6;
      const transform = `rotate(-20 ${Math.round(x)} ${y})`;
      return words(node, { x, y, room: wide + 26, size: 10, faint: true, transform });
    })
    .join('');
}

function places({ tasks, title }: StepToDraw, nodes: readonly string[], y: number): string {
  const wide = columnWidth(nodes.length);
  return tasks
    .map((task) => {
      // A step of the run itself is at no node: it stands in the first column, with its word.
      const column = task.node === null ? 0 : nodes.indexOf(task.node);
      const x = MARGIN + LABELS + column * wide;
      const said =
        wide >= 90 || nodes.length === 0
          ? words(task.state, { x: x + 17, y: y + 15, room: wide - 22, size: 11 })
          : '';
      const where = task.node === null ? '' : ` on ${task.node}`;
      return element(
        'g',
        {},
        hint(`${title}${where}: ${task.state}`) + sign(task.state, x, y + 4, 13) + said,
      );
    })
    .join('');
}

/** One bar: a part for each state as wide as its share, at least as wide as its sign. */
function shares({ tasks }: StepToDraw, y: number): string {
  const counts = countStates(tasks.map(({ state }) => state));
  const least = 52;
  const room = WIDTH - LABELS - 2 * MARGIN - counts.length * least;
  let x = MARGIN + LABELS;
  return counts
    .map(([state, count]) => {
      const wide = least + (room * count) / tasks.length;
      const [tone] = signOf(state);
      const part =
        element('rect', {
          class: `share ${tone}`,
          x,
          y: y + 2,
          width: wide - 3,
          height: ROW - 4,
          rx: 3,
          fill: COLOURS[tone],
          'fill-opacity': 0.16,
          stroke: COLOURS[tone],
        }) +
        sign(state, x + 5, y + 5) +
        words(wide > 110 ? `${count} ${state}` : String(count), {
          x: x + 21,
          y: y + 15,
          room: wide - 24,
          size: 11,
        });
      x += wide;
      return part;
    })
    .join('');
}

function problemNodes({ tasks }: StepToDraw): string {
  const wrong = tasks.filter(({ state }) => ['failed', 'broke', 'unknown'].includes(state));
  const named = wrong.slice(0, MOST_NAMED).map(nameWithState);
  const more = wrong.length > MOST_NAMED ? ` and ${wrong.length - MOST_NAMED} more` : '';
  return named.join(', ') + more;
}

function nameWithState({ node, state }: TaskToDraw): string {
  return node === null ? state : `${node} ${state}`;
}
