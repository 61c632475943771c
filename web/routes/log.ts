import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readLog } from '../../engine/output/read-log.ts';
import type { WebContext } from '../context.ts';
import { nameIn, read, runParams, wholeNumber } from '../input.ts';
import { requirePart, requireRun } from './runs.ts';

const logQuery = z.strictObject({
  node: nameIn().optional().describe("Only this node's lines"),
  step: nameIn().optional().describe("Only this step's lines"),
  tail: wholeNumber(1, 1_000_000).optional().describe('Only the last so many lines'),
});

export function logRoute(app: FastifyInstance, context: WebContext): void {
  const { db } = context.database;
  app.get(
    '/runs/:id/log',
    {
      config: {
        api: {
          summary: "A run's output byte for byte, as far as it has come",
          params: runParams,
          query: logQuery,
          answer: z.string(),
          type: 'text/plain',
        },
      },
    },
    async (request, reply) => {
      const { id } = read(runParams, request.params);
      const query = read(logQuery, request.query);
      await requireRun(context, id);
      await requirePart(context, id, query);
      reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store');
      return reply.send(Readable.from(readLog(db, id, query)));
    },
  );
}
