import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { WebContext } from '../context.ts';
import { nameIn, read, runParams } from '../input.ts';
import { notFound, Problem } from '../problem.ts';
import { requireRun } from './runs.ts';

const sessionParams = z.strictObject({ name: nameIn().describe("The session's name") });
const OF_RUNS = ['gantt', 'board'] as const;

/** Pictures at addresses of their own: for chats that show links, for slides, for minutes. */
export function pictureRoutes(app: FastifyInstance, context: WebContext): void {
  app.get('/sessions/:name/timeline.svg', async (request, reply) => {
    const { name } = read(sessionParams, request.params);
    return svg(await context.pictures.svg(`session/${name}/timeline`), reply);
  });
  app.get('/sessions/:name/timeline.png', async (request, reply) => {
    const { name } = read(sessionParams, request.params);
    return png(await context.pictures.png(`session/${name}/timeline`).catch(busy), reply);
  });
  for (const what of OF_RUNS) {
    app.get(`/runs/:id/${what}.svg`, async (request, reply) => {
      const { id } = read(runParams, request.params);
      await requireRun(context, id);
      return svg(await context.pictures.svg(`run/${id}/${what}`), reply);
    });
    app.get(`/runs/:id/${what}.png`, async (request, reply) => {
      const { id } = read(runParams, request.params);
      await requireRun(context, id);
      return png(await context.pictures.png(`run/${id}/${what}`).catch(busy), reply);
    });
  }
}

function svg(text: string | null, reply: FastifyReply): FastifyReply {
  if (text === null) throw nothing();
  return reply.headers(headers('image/svg+xml; charset=utf-8')).send(text);
}

function png(data: Buffer | null, reply: FastifyReply): FastifyReply {
  if (data === null) throw nothing();
  return reply.headers(headers('image/png')).send(data);
}

/** What it shows changes. */
function headers(type: string): Record<string, string> {
  return { 'content-type': type, 'cache-control': 'no-cache' };
}

function nothing(): Problem {
  return notFound('There is nothing to draw here.', 'Start from the list of environments.');
}

function busy(error: Error): never {
  if (error.name !== 'GalleryBusy') throw error;
  throw new Problem(
    503,
    'busy',
    'Too many pictures are asked for at this moment.',
    'Ask again in a few seconds.',
  );
}
