import { lineOf, nodeName } from './blueprint.ts';
import { type Entry, isEnd } from './journal.ts';
import type { StepPlan } from './plan.ts';
import { nameIn, type Scope } from './scope.ts';

/** What stands for output that a full disk did not take; before it, a piece of an end mark may stand. */
const MISSING = /^[^\n]{0,40}\n?\[deployday\] output is missing here[^\n]*\n/;

/** What a shell says of what it waited for when a task is ended. */
const ENDED = /^(?:\n?(?:Terminated|Killed)\n)/;

/** No line that a step printed is missing or there twice. */
export function outputProblems(scope: Scope, step: StepPlan, machine: number): string[] {
  const node = nodeName(machine);
  const what = nameIn(scope, step.id, machine);
  const journal = scope.entries(machine);
  const wounds = scope.wounds(machine);
  const text = scope.provision.logs.get(`${step.id}@${node}`) ?? '';
  /** What has written down its end had printed all by then: no cancel has cut it. */
  const isCut = ({ task }: Entry) =>
    scope.cancels > 0 && !journal.some(({ entry }) => entry.task === task && isEnd(entry));
  /** Whether an attempt can have been cut short, or not been read to its end. */
  const mayBeShort = (begun: number, entry: Entry) =>
    isCut(entry) || wounds.some(({ entries }) => begun < entries);
  let at = 0;
  for (const { at: index, entry } of journal) {
    if (!isBegin(entry, step)) continue;
    const read = readAttempt(text.slice(at), step, node, entry.attempt);
    at += read.length;
    if (read.lines < step.lines && !mayBeShort(index, entry)) {
      return [
        `${what}, attempt ${entry.attempt}: line ${read.lines + 1} should come, not ${shown(text, at)}`,
      ];
    }
    // Nothing tells where a short attempt ended but that the next one begins.
    if (mayBeShort(index, entry)) at += tornLength(text.slice(at), step, node, entry.attempt, read.lines + 1);
    // Also of an attempt after this one that was ended before it wrote down its begin.
    if (scope.cancels > 0) at += ENDED.exec(text.slice(at))?.[0].length ?? 0;
    if (wounds.some(({ kind }) => kind === 'disk')) at += MISSING.exec(text.slice(at))?.[0].length ?? 0;
  }
  return at < text.length ? [`${what}: nobody printed ${shown(text, at)}`] : [];
}

const isBegin = (entry: Entry, step: StepPlan) => entry.what === 'begin' && entry.step === step.id;

/** The whole lines of an attempt that the text begins with. */
function readAttempt(text: string, step: StepPlan, node: string, attempt: number) {
  let length = 0;
  let lines = 0;
  while (lines < step.lines) {
    const line = `${lineOf(step, node, attempt, lines + 1)}\n`;
    if (!text.startsWith(line, length)) break;
    length += line.length;
    lines += 1;
  }
  return { length, lines };
}

/** How much of a line, with a line end of the log's own or not, the text begins with. */
function tornLength(text: string, step: StepPlan, node: string, attempt: number, number: number): number {
  if (number > step.lines) return 0;
  const line = lineOf(step, node, attempt, number);
  let length = 0;
  while (length < line.length && text[length] === line[length]) length += 1;
  // An attempt's number is all that it has in common with another attempt's line.
  if (length < `${attempt}: `.length) return 0;
  return text[length] === '\n' ? length + 1 : length;
}

const shown = (text: string, at: number) =>
  at === text.length ? 'the end' : JSON.stringify(text.slice(at, at + 80));
