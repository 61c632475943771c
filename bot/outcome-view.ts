import type { Queryable } from '../db/client.ts';
import { environmentById, nodesEverOf } from '../db/environments.ts';
import type { Event } from '../db/events.ts';
import { latestRecords, recordsOfRun, stateOf } from '../db/facts.ts';
import { countLines } from '../db/output.ts';
import { type Run, tasksOf, tasksWithNodes } from '../db/runs.ts';
import type { RunState } from '../db/schema.ts';
import { BASELINE, findSnapshot } from '../db/snapshots.ts';
import { changesSince } from '../engine/facts/changes.ts';
import { nodeNames } from '../engine/node-names.ts';
import { lastLines, linesAfter } from '../engine/output/read-lines.ts';
import type { Links } from './links.ts';
import { MOST_LINES, type NodeAnswer } from './replies/command-outcome.ts';
import type { DifferenceView } from './replies/diff-outcome.ts';
import type { OutcomeView } from './replies/outcome.ts';

/** So many lines are read, of all nodes together; of each at least as many as are told in a channel. */
const LINES_READ = 2_000;

/** Reads together what the outcome of a run tells. */
export async function outcomeView(db: Queryable, run: Run, links: Links): Promise<OutcomeView> {
  const environment = await environmentById(db, run.environmentId);
  return {
    environment: environment.name,
    run,
    tasks: await tasksOf(db, run.id),
    links,
    answers: run.kind === 'exec' ? await nodeAnswers(db, run.id) : [],
    ...(run.kind === 'inspect' ? await inspected(db, run, environment.name) : { facts: {}, changes: null }),
    // A verify that a schedule asked for compares as well, also when somebody retries it.
    differences:
      run.kind === 'diff' || run.kind === 'verify' ? ((run.result as DifferenceView | null) ?? []) : [],
    nodeNames: nodeNames(await nodesEverOf(db, run.environmentId)),
    hasBaseline: (await findSnapshot(db, run.environmentId, BASELINE)) !== null,
  };
}

/**
 * The same at the event `run.ended`. Who is quick retries the run before anybody was told of its end: then its row tells of the next
 * try, for another person in another channel, and its tasks are no longer as they were; what the event itself says is left.
 */
export async function viewAtEnd(db: Queryable, now: Run, event: Event, links: Links): Promise<OutcomeView> {
  const { state, summary, asker } = event.data as {
    state?: RunState;
    summary?: string;
    asker?: number | null;
  };
  const isStill = now.endedAt !== null && now.channel === event.channel && now.summary === summary;
  if (isStill || state === undefined || event.channel === null) return outcomeView(db, now, links);
  const { name } = await environmentById(db, now.environmentId);
  const personId = asker === undefined ? now.personId : asker;
  const run = {
    ...now,
    state,
    summary: summary ?? null,
    channel: event.channel,
    personId,
    endedAt: event.at,
  };
  return {
    ...{ environment: name, run, links },
    ...{ tasks: [], answers: [], facts: {}, changes: null, differences: [] },
    ...{ nodeNames: nodeNames([]), hasBaseline: false },
  };
}

/** What an inspection found, and what changed since the one before it. */
async function inspected(
  db: Queryable,
  run: Run,
  environment: string,
): Promise<Pick<OutcomeView, 'facts' | 'changes'>> {
  const now = await recordsOfRun(db, run.id);
  const { facts } = await stateOf(db, now);
  const before = await latestRecords(db, run.environmentId, { beforeRun: run.id });
  return { facts, changes: await changesSince(db, environment, before, now) };
}

async function nodeAnswers(db: Queryable, runId: number): Promise<NodeAnswer[]> {
  const tasks = await tasksWithNodes(db, runId);
  const printed = await countLines(db, runId);
  const all = [...printed.values()].reduce((sum, lines) => sum + lines, 0);
  const together = all <= LINES_READ ? await linesAfter(db, runId, 0, all) : null;
  const each = Math.max(MOST_LINES, Math.floor(LINES_READ / tasks.length));
  const answers: NodeAnswer[] = [];
  for (const { id, node, state, exitCode, detail } of tasks) {
    const lines =
      together?.filter((line) => line.node === node) ?? (await lastLines(db, runId, each, { task: id }));
    const texts = lines.map(({ text }) => text);
    answers.push({ node, state, exitCode, detail, lines: texts, printed: printed.get(id) ?? 0 });
  }
  return answers;
}
