import type { Work } from './contender.ts';
import { cpuOf, medianCost } from './cost.ts';
import { GOALS, isMet, type Results } from './goals.ts';
import type { Costs } from './rounds.ts';
import { figure, table } from './table.ts';

/** Something that is told beside the comparisons, with its own goal. */
export interface Reported {
  /** Its name in the last line of the output. */
  readonly key: string;
  readonly title: string;
  readonly value: number;
  readonly unit: string;
  /** Null: nothing is promised. */
  readonly atMost: number | null;
}

/** What everybody took for one work: the median of the rounds. */
export function workTable({ title }: Work, costs: Costs): string {
  const rows = [...costs].flatMap(([name, rounds]) => {
    const cost = medianCost(rounds);
    if (!cost) return [];
    const { wall, client, database, nodes } = cost;
    return [[name, ...[wall, cpuOf(cost), client, database, nodes].map(figure), String(rounds.length)]];
  });
  const head = ['', 'wall s', 'CPU s', 'client', 'database', 'nodes', 'rounds'];
  return `**${title}**\n\n${table(head, rows)}`;
}

/** Every goal, and whether it was met. */
export function goalTable(results: Results, reported: readonly Reported[]): string {
  const ratios = GOALS.map(({ title, atMost, ratio }) => {
    const value = ratio(results);
    return [title, value === null ? '–' : `${figure(value)}×`, limit(atMost, '×'), verdict(value, atMost)];
  });
  const others = reported.map(({ title, value, unit, atMost }) => [
    title,
    `${figure(value)} ${unit}`,
    limit(atMost, ` ${unit}`),
    verdict(value, atMost),
  ]);
  return table(['', 'measured', 'goal', ''], [...ratios, ...others]);
}

const limit = (atMost: number | null, unit: string) => (atMost === null ? '' : `≤ ${atMost}${unit}`);

function verdict(value: number | null, atMost: number | null): string {
  if (value === null) return 'not measured';
  if (atMost === null) return '';
  return isMet(value, atMost) ? 'met' : 'missed';
}

/** For programs: one line. */
export function jsonLine(results: Results, reported: readonly Reported[]): string {
  const ratios = Object.fromEntries(GOALS.map(({ key, ratio }) => [key, rounded(ratio(results))]));
  const values = Object.fromEntries(reported.map(({ key, value }) => [key, rounded(value)]));
  return JSON.stringify({ bench: 'fanout', ratios, reported: values });
}

const rounded = (value: number | null) => (value === null ? null : Number(value.toPrecision(4)));
