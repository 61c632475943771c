import type { OutgoingMessage } from '../adapters/message.ts';
import type { Queryable } from '../db/client.ts';
import type { EnvironmentSummaryView, RunSummaryView } from '../db/views.ts';
import { type DifferencesView, runView } from '../db/watch.ts';
import { plainText } from '../engine/output/plain-text.ts';
import type { OutputLine } from '../engine/output/read-lines.ts';
import type { Differences, EnvironmentSummary, Line, Outcome, Run, RunSummary } from './answers.ts';

/** What the database holds, as it is shown: links added, and what machines printed made plain. */

export function environmentLink(publicUrl: string, name: string): string {
  return `${publicUrl}/environments/${encodeURIComponent(name)}`;
}

export function runLink(publicUrl: string, id: number): string {
  return `${publicUrl}/runs/${id}`;
}

export function shownSummary(publicUrl: string, run: RunSummaryView): RunSummary {
  return { ...run, summary: plain(run.summary), tasks: { ...run.tasks }, link: runLink(publicUrl, run.id) };
}

export function shownEnvironment(publicUrl: string, environment: EnvironmentSummaryView): EnvironmentSummary {
  return {
    ...environment,
    nodes: [...environment.nodes],
    lastRun: environment.lastRun && shownSummary(publicUrl, environment.lastRun),
    link: environmentLink(publicUrl, environment.name),
  };
}

export function lineAnswer(line: OutputLine): Line {
  return { ...line, at: line.at.toISOString() };
}

export async function readRun(db: Queryable, id: number, publicUrl: string): Promise<Run | null> {
  const run = await runView(db, id);
  if (!run) return null;
  return {
    ...run,
    summary: plain(run.summary),
    tasks: run.tasks.map((task) => ({ ...task, detail: plain(task.detail) })),
    link: runLink(publicUrl, id),
    log: `${runLink(publicUrl, id)}/log`,
  };
}

/** Pictures are left out: the page draws them itself. */
export function shownOutcome(message: OutgoingMessage | null): Outcome | null {
  if (!message) return null;
  const blocks = (message.blocks ?? []).flatMap((block): Outcome['blocks'] => {
    if (block.type === 'picture') return [];
    if (block.type !== 'table') return [{ type: block.type, text: plain(block.text) ?? '' }];
    const cells = (row: readonly string[]) => row.map((cell) => plain(cell) ?? '');
    return [{ type: 'table', columns: cells(block.columns), rows: block.rows.map(cells) }];
  });
  return { text: plain(message.text) ?? '', blocks };
}

/** What a node says in a word or a line of its own: a file's name may have any character but NUL. */
export function plainCell(text: string): string {
  return plainText(text.replace(/[\n\t]+/g, ' '));
}

export function shownDifferences(found: DifferencesView): Differences {
  const cell = (text: string | null) => (text === null ? null : plainCell(text));
  const differences = found.differences.map((difference) => ({
    ...difference,
    key: plainCell(difference.key),
    left: cell(difference.left),
    right: cell(difference.right),
  }));
  return { ...found, differences };
}

/** One line for each line that was printed. */
function plain(text: string | null): string | null {
  return text === null ? null : text.split('\n').map(plainText).join('\n');
}
