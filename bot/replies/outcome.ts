import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Run, TaskRow } from '../../db/runs.ts';
import type { Changes } from '../../engine/facts/changes.ts';
import type { NodeNames } from '../../engine/node-names.ts';
import { firstCause } from '../../engine/run-turns.ts';
import { IN_PLACE_OF } from '../../engine/steps/facts.ts';
import { canBeRepaired } from '../../engine/to-repair.ts';
import type { Links } from '../links.ts';
import { commandOutcome, type NodeAnswer } from './command-outcome.ts';
import { type DifferenceView, diffOutcome } from './diff-outcome.ts';
import { type FactsView, factsOutcome } from './facts-outcome.ts';
import { moodOf } from './mood.ts';
import { afterIt, backToBaseline } from './next-buttons.ts';
import { ganttBlock } from './run-picture.ts';
import { count } from './words.ts';

/** Everything that is told when a run has ended. */
export interface OutcomeView {
  readonly environment: string;
  readonly run: Run;
  readonly tasks: readonly TaskRow[];
  readonly links: Links;
  /** What each node printed, of a command typed by people. */
  readonly answers: readonly NodeAnswer[];
  /** What was gathered, of an inspection. */
  readonly facts: FactsView;
  /** What changed since the inspection before; null: it is the first. */
  readonly changes?: Changes | null | undefined;
  /** What was found, of a comparison. */
  readonly differences: DifferenceView;
  readonly nodeNames: NodeNames;
  /** There is something to compare it with. */
  readonly hasBaseline: boolean;
}

/**
 * The one post that tells how a run ended: the environment, the outcome's word, why, and what to do next. `most`: so many rows or
 * lines of each part; as many as suit a channel if absent.
 */
export function outcomeMessage(view: OutcomeView, most?: number): OutgoingMessage {
  const { environment, run, tasks } = view;
  // That a comparison got done is no good news about what it found.
  const differs = run.kind === 'diff' && view.differences.length > 0;
  const mood = differs ? undefined : moodOf(run.state);
  return {
    kind: 'outcome',
    ...(mood === undefined ? {} : { mood }),
    ...told(view, most),
    ...(differs ? { buttons: [backToBaseline(environment)] } : afterIt(environment, run, tasks)),
  };
}

function told(view: OutcomeView, most?: number): OutgoingMessage {
  const { environment, run, tasks, links } = view;
  const link = links.run(run.id);
  if (run.kind === 'exec' && (run.state === 'succeeded' || run.state === 'failed')) {
    return commandOutcome(environment, view.answers, link, most);
  }
  const details = [...checkTable(view, most), ...ganttBlock(run, tasks)];
  if (run.state !== 'succeeded') return { text: `${trouble(view)} ${link}`, blocks: details, link };
  switch (run.kind) {
    case 'inspect':
      return factsOutcome({ ...view, topic: run.detail.topic ?? null, link }, most);
    case 'diff':
      return diffOutcome(environment, run.detail.other ?? 'baseline', view.differences, link, most);
    default:
      return {
        text: `${environment} ${success(view)} ${link}`,
        blocks: details,
        // Who asks to verify wants the evidence; elsewhere that all is well is enough.
        blocksAre: run.kind === 'verify' ? 'more' : 'background',
        link,
      };
  }
}

function success({ environment, run, tasks, differences }: OutcomeView): string {
  const checks = checksOf(tasks);
  const passed = checks.length > 0 ? `: ${count(checks.length, 'check')} passed` : '';
  const took = run.summary ?? '';
  switch (run.kind) {
    case 'provision':
      return `ready ${took}${passed}, baseline ${run.detail[IN_PLACE_OF] ? 'replaced' : 'kept'}.`;
    case 'verify':
      return differences.length === 0
        ? `verified ${took}${passed}.`
        : `verified ${took}${passed}; it differs from its baseline in ${count(differences.length, 'place')}: diff ${environment}.`;
    case 'repair':
      return `repaired and ready ${took}${passed}. All of its checks: verify ${environment}.`;
    case 'reset':
      return `reset to ${run.detail.snapshot ?? 'baseline'} ${took}${passed}.`;
    case 'snapshot':
      return snapshotText(run.detail.snapshot ?? '', took, tasks);
    case 'destroy':
      return `destroyed ${took}; its machines are free again.`;
    default:
      return `done ${took}.`;
  }
}

/** A baseline that was promoted is a snapshot, too. Where a pool keeps no disks, that is told. */
function snapshotText(name: string, took: string, tasks: readonly TaskRow[]): string {
  const kept = tasks.some((task) => (task.action as { kind?: string }).kind === 'snapshot');
  const what =
    name === 'baseline'
      ? `promoted and ready ${took}: what it is now is its baseline`
      : `snapshot ${name} ready ${took}`;
  if (kept) return `${what}.`;
  const reset =
    name === 'baseline'
      ? "reset goes by the blueprint's teardown steps"
      : 'it can be compared with, not reset to';
  return `${what} (facts only: the pool keeps no disks; ${reset}).`;
}

/** The word for how it ended, the first cause, and what to type next. */
function trouble({ environment, run, tasks, hasBaseline }: OutcomeView): string {
  const first = firstCause(tasks);
  const look =
    first && !first.step.startsWith('@') ? `logs ${environment} ${first.step}` : `status ${environment}`;
  const mend = canBeRepaired(tasks) && run.kind !== 'repair' ? ` · mend: repair ${environment}` : '';
  const differs = run.kind === 'verify' && hasBaseline ? `, diff ${environment}` : '';
  const why = run.summary ?? '';
  switch (run.state) {
    case 'cancelled':
      return `${environment} cancelled: ${VERBS[run.kind]} ${why}. Go on: ${next(environment, run, tasks)}.`;
    case 'broke':
      return `${environment} broke: ${VERBS[run.kind]} could not find out: ${why}. Look: ${look}${mend} · again: ${next(environment, run, tasks)}.`;
    case 'unknown':
      return `${environment} unknown: ${VERBS[run.kind]}: ${why}. Look: ${look} · then: ${next(environment, run, tasks)}.`;
    default:
      return `${environment} failed: ${VERBS[run.kind]}: ${why}. Look: ${look}${differs}${mend} · again: ${next(environment, run, tasks)}.`;
  }
}

const VERBS: Readonly<Record<Run['kind'], string>> = {
  provision: 'provision',
  verify: 'verify',
  repair: 'repair',
  inspect: 'inspect',
  diff: 'diff',
  snapshot: 'snapshot',
  reset: 'reset',
  exec: 'run',
  destroy: 'destroy',
};

/** Looking again, or mending, is a command of its own; what else changes goes on from what did not get done. */
function next(environment: string, run: Run, tasks: readonly TaskRow[]): string {
  if (run.kind === 'repair' && canBeRepaired(tasks)) return `repair ${environment}`;
  const looks = run.kind === 'verify' || run.kind === 'inspect' || run.kind === 'diff';
  return looks ? `${VERBS[run.kind]} ${environment}` : `retry ${environment}`;
}

function checksOf(tasks: readonly TaskRow[]): TaskRow[] {
  return tasks.filter((task) => (task.action as { kind?: string }).kind === 'check');
}

/** What a check said; that it was cancelled stands beside it already. */
function evidenceOf({ state, detail }: TaskRow): string {
  const said = detail ?? '';
  return state === 'cancelled' ? said.replace(/^cancelled\b[\s,:;]*/, '') : said;
}

const MOST_ROWS = 20;
/** More nodes of a row are told by their number. */
const MOST_NAMED = 3;

/** The checks that were run, each with its evidence: what did not pass first, what is equal on many nodes in one row. */
function checkTable(
  { tasks, nodeNames }: OutcomeView,
  most = MOST_ROWS,
): NonNullable<OutgoingMessage['blocks']> {
  const rows = new Map<string, TaskRow[]>();
  for (const task of checksOf(tasks).filter(({ state }) => state !== 'skipped')) {
    const key = JSON.stringify([task.step, task.state, task.detail]);
    const same = rows.get(key);
    if (same) same.push(task);
    else rows.set(key, [task]);
  }
  if (rows.size === 0) return [];
  const failedFirst = [...rows.values()].sort(
    ([a], [b]) => Number(a?.state === 'done') - Number(b?.state === 'done'),
  );
  return [
    {
      type: 'table',
      columns: ['check', 'result', 'evidence'],
      rows: failedFirst.slice(0, most).map((same) => {
        const [task] = same;
        return [task?.title ?? '', resultOf(same, nodeNames), task ? evidenceOf(task) : ''];
      }),
    },
  ];
}

/** `passed`; where the role has several nodes, on which of them: of many that passed alike, their number is enough. */
function resultOf(same: readonly TaskRow[], nodeNames: NodeNames): string {
  const passed = same[0]?.state === 'done';
  const result = passed ? 'passed' : (same[0]?.state ?? '');
  const names = same.flatMap((task) => nodeNames.amongSeveral(task) ?? []);
  if (same.length > (passed ? 1 : MOST_NAMED) || (same.length > 1 && names.length === 0))
    return `${result} on ${same.length}`;
  return names.length > 0 ? `${result} on ${names.join(', ')}` : result;
}
