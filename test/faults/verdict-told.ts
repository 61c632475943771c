import type { Evidence } from './evidence.ts';
import { answerIn, isTrouble, outcomeIn } from './phrases.ts';
import type { Strike } from './strikes.ts';
import type { Heard } from './talk.ts';

/** How long before its process was struck a line may have been said and not be noted as said. */
const NOT_NOTED_MS = 2_000;
/** How long after a strike its consequences may last: connections come back, and duties change hands. */
const AFTERMATH_MS = 30_000;

/** Every command that was taken in was answered once, and every outcome told once. */
export function toldProblems(evidence: Evidence): string[] {
  const { heard, record, strikes, outcomes } = evidence;
  const accepted = countBy(record.accepted.map(({ line }) => [line, 1]));
  const said = countBy([...record.said]);
  const counts = [...accepted].map(([what, times]) => ({
    what: `an answer to ${what}`,
    times,
    most: Math.max(times, said.get(what) ?? 0),
    lines: heard.filter(({ line }) => answerIn(line) === what),
  }));
  const told = {
    what: 'an outcome',
    times: outcomes,
    most: outcomes,
    lines: heard.filter(({ line }) => outcomeIn(line) !== null),
  };
  const troubles = heard.filter(({ line }) => isTrouble(line)).length;
  const missing = counts.filter(({ lines, times }) => lines.length < times);
  const unanswered = missing.reduce((sum, { lines, times }) => sum + times - lines.length, 0);
  return [
    ...(unanswered > troubles ? missing.map(problem) : []),
    ...(told.lines.length < told.times ? [problem(told)] : []),
    ...[...counts, told]
      .filter(({ lines, most }) => lines.length - doublesIn(strikes, lines) > most)
      .map(problem),
    ...ignoredProblems(evidence),
  ];
}

interface Count {
  readonly what: string;
  readonly times: number;
  /** As often as it may come: what was said twice may be answered twice. */
  readonly most: number;
  readonly lines: readonly Heard[];
}

const problem = ({ what, times, lines }: Count) =>
  `${what} came ${lines.length} times, not ${times}: ${lines.map(({ line }) => line).join(' · ')}`;

/** By the verb, or by the word of what was said aside. */
function countBy(lines: readonly (readonly [line: string, times: number])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [line, times] of lines) {
    const [verb = '', word = ''] = line.split(' ');
    const what = verb === 'status' ? word : verb;
    counts.set(what, (counts.get(what) ?? 0) + times);
  }
  return counts;
}

const strikesTeller = ({ kind, part }: Strike) =>
  (kind === 'kill' || kind === 'kill-bot' || kind === 'pause' || kind === 'pause-bot') &&
  !part.startsWith('worker');

/** Lines that were said again because the process that had said them was struck before it could note that. */
export function doublesIn(strikes: readonly Strike[], lines: readonly Heard[]): number {
  return lines.filter(({ line, at }, i) => {
    const later = lines.slice(i + 1).some((other) => other.line === line);
    const struck = strikes.some(
      (strike) => strikesTeller(strike) && at <= strike.from + 50 && strike.from - at < NOT_NOTED_MS,
    );
    return later && struck;
  }).length;
}

/** Nobody talks to the wind, unless the one who listens has no database or is paused. */
function ignoredProblems({ record, strikes }: Evidence): string[] {
  const excused = (at: number) =>
    strikes.some(
      (strike) =>
        (strike.kind === 'postgres' || strikesTeller(strike)) &&
        at > strike.from - 1_000 &&
        at < strike.until + AFTERMATH_MS,
    );
  return record.ignored
    .filter(({ at }) => !excused(at))
    .map(({ line }) => `nothing was done with the line: ${line}`);
}
