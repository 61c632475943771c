import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Database } from '../../db/client.ts';
import { type LineFilter, linesAfter, runView, tailStart } from '../../db/watch.ts';
import type { WebContext } from '../context.ts';
import { nameIn, read, runParams, wholeNumber } from '../input.ts';
import { plainText } from '../plain.ts';
import { requireRun } from './runs.ts';

const logQuery = z.strictObject({
  node: nameIn().optional().describe("Only this node's lines"),
  step: nameIn().optional().describe("Only this step's lines"),
  tail: wholeNumber(1, 1_000_000).optional().describe('Only the last so many lines'),
});

/** Lines that are in memory at once, however long the log is. */
const PAGE = 1000;

export function logRoute(app: FastifyInstance, context: WebContext): void {
  const { db } = context.database;
  app.get(
    '/runs/:id/log',
    {
      config: {
        api: {
          summary: "A run's output as text, as far as it has come",
          params: runParams,
          query: logQuery,
          answer: z.string(),
          type: 'text/plain',
        },
      },
    },
    async (request, reply) => {
      const { id } = read(runParams, request.params);
      const { tail, ...filter } = read(logQuery, request.query);
      await requireRun(context, id);
      const start = tail === undefined ? 0 : await tailStart(db, id, tail, filter);
      reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store');
      return reply.send(Readable.from(logText(db, id, start, filter)));
    },
  );
}

async function* logText(
  db: Database['db'],
  id: number,
  start: number,
  filter: LineFilter,
): AsyncGenerator<string> {
  const run = await runView(db, id);
  const nodes = new Set(run?.tasks.map((task) => task.node));
  for (let after = start; ; ) {
    const lines = await linesAfter(db, id, after, PAGE, filter);
    // One node, or one that was asked for: its name before every line would say nothing.
    const named = nodes.size > 1 && filter.node === undefined;
    yield lines.map(({ node, text }) => `${named && node ? `${node}: ` : ''}${plainText(text)}\n`).join('');
    after = lines.at(-1)?.id ?? after;
    if (lines.length < PAGE) return;
  }
}
