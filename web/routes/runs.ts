import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { runViews } from '../../db/views.ts';
import { runDifferences, runExists, runView } from '../../db/watch.ts';
import { didYouMean } from '../../engine/blueprint/nearest.ts';
import { lastPosition, linesAfter, tailStart } from '../../engine/output/read-lines.ts';
import { type Differences, differences, lines, outcome, type Run, run, runs } from '../answers.ts';
import type { WebContext } from '../context.ts';
import { nameIn, position, read, runParams, wholeNumber } from '../input.ts';
import { notFound, type Problem } from '../problem.ts';
import { lineAnswer, readRun, shownDifferences, shownOutcome, shownSummary } from '../shown.ts';

const runsQuery = z.strictObject({
  environment: nameIn().optional().describe('Only runs of this environment'),
  before: position.optional().describe('Only runs with a smaller number'),
  limit: wholeNumber(1, 100).optional().describe('At most so many; 20 if not given'),
});

const outputQuery = z.strictObject({
  after: position.optional().describe('Only lines after the one of this id'),
  tail: wholeNumber(1, 5000).optional().describe('Start so many lines before the end'),
  node: nameIn().optional().describe("Only this node's lines"),
  step: nameIn().optional().describe("Only this step's lines"),
  limit: wholeNumber(1, 5000)
    .optional()
    .describe('At most so many; 1000, or what tail asks for, if not given'),
});

export function runRoutes(app: FastifyInstance, context: WebContext): void {
  const { database, publicUrl } = context;

  app.get(
    '/api/runs',
    { config: { api: { summary: 'Runs, newest first', query: runsQuery, answer: runs } } },
    async (request) => {
      const { limit = 20, ...filter } = read(runsQuery, request.query);
      const views = await runViews(database.db, { ...filter, limit });
      return {
        runs: views.map((view) => shownSummary(publicUrl, view)),
        before: views.length === limit ? (views.at(-1)?.id ?? null) : null,
      };
    },
  );

  app.get(
    '/api/runs/:id',
    { config: { api: { summary: 'One run with its tasks', params: runParams, answer: run } } },
    async (request): Promise<Run> => {
      const { id } = read(runParams, request.params);
      const found = await readRun(database.db, id, publicUrl);
      if (!found) throw await unknownRun(context, id);
      return found;
    },
  );

  app.get(
    '/api/runs/:id/outcome',
    {
      config: {
        api: { summary: 'How a run ended, as the chat was told', params: runParams, answer: outcome },
      },
    },
    async (request) => {
      const { id } = read(runParams, request.params);
      await requireRun(context, id);
      return { outcome: shownOutcome(await context.outcome(id)) };
    },
  );

  app.get(
    '/api/runs/:id/output',
    {
      config: {
        api: { summary: "A page of a run's output", params: runParams, query: outputQuery, answer: lines },
      },
    },
    async (request) => {
      const { id } = read(runParams, request.params);
      const { after = 0, tail, limit = tail ?? 1000, ...filter } = read(outputQuery, request.query);
      await requireRun(context, id);
      await requirePart(context, id, filter);
      // Read first: everything up to here is then in what follows, or does not match the filter.
      const newest = await lastPosition(database.db, id);
      const start =
        tail === undefined ? after : Math.max(after, await tailStart(database.db, id, tail, filter));
      const found = await linesAfter(database.db, id, start, limit + 1, filter);
      const page = found.slice(0, limit);
      const more = found.length > limit;
      const last = page.at(-1)?.id ?? start;
      return { lines: page.map(lineAnswer), after: more ? last : Math.max(last, newest), more };
    },
  );
}

/** What a comparison found, also one that a schedule made. */
export function differenceRoutes(app: FastifyInstance, context: WebContext): void {
  const { database } = context;
  app.get(
    '/api/runs/:id/differences',
    { config: { api: { summary: 'What a comparison found', params: runParams, answer: differences } } },
    async (request): Promise<Differences> => {
      const { id } = read(runParams, request.params);
      const found = await runDifferences(database.db, id);
      if (!found) throw await unknownRun(context, id);
      return shownDifferences(found);
    },
  );
}

export async function requireRun(context: WebContext, id: number): Promise<void> {
  if (!(await runExists(context.database.db, id))) throw await unknownRun(context, id);
}

/** Throws unless the run has tasks of that node and that step: a slip in a name is no silence. */
export async function requirePart(
  { database }: WebContext,
  id: number,
  { node, step }: { readonly node?: string | undefined; readonly step?: string | undefined },
): Promise<void> {
  if (node === undefined && step === undefined) return;
  const { tasks } = (await runView(database.db, id)) ?? { tasks: [] };
  const has = (what: string, given: string | undefined, names: readonly (string | null)[]) => {
    const known = [...new Set(names.filter((name) => name !== null))];
    if (given === undefined || known.includes(given)) return;
    const meant = didYouMean(given, known);
    throw notFound(
      `Run ${id} has no ${what} "${given}"${meant || '.'}`,
      `It has: ${known.slice(0, 20).join(', ')}.`,
    );
  };
  has(
    'node',
    node,
    tasks.map((task) => task.node),
  );
  has(
    'step',
    step,
    tasks.map((task) => task.step),
  );
}

async function unknownRun(context: WebContext, id: number): Promise<Problem> {
  const [last] = await runViews(context.database.db, { limit: 1 });
  return notFound(
    `There is no run ${id}.`,
    last
      ? `The newest one is run ${last.id}: ${context.publicUrl}/runs/${last.id}`
      : 'There are no runs yet.',
  );
}
