import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { lastEventId } from '../../db/watch.ts';
import type { WebContext } from '../context.ts';
import { position, read, runParams } from '../input.ts';
import { badInput, Problem } from '../problem.ts';
import { openViewer } from '../stream/viewer.ts';
import { requireRun } from './runs.ts';

const streamQuery = z.strictObject({
  after: position.optional().describe('Start after this id. The header Last-Event-ID goes before it.'),
});

/** Streams that are open at once; beyond it new ones are sent away, so that the rest goes on. */
const MOST_VIEWERS = 2000;

const RUN_MESSAGES = `Server-sent events. \`run\`: the run as GET /api/runs/{id} gives it, first of all · \`output\`: an array of
lines as GET /api/runs/{id}/output gives them; its id is the last line's, and resuming after it misses and doubles nothing ·
\`tasks\`: the tasks that changed · \`head\`: the run without its tasks, changed · \`beat\`: the stream is alive · \`end\`: the run
has ended and everything was sent; do not come back. Without a position, lines are sent from the first.`;

const EVENT_MESSAGES = `Server-sent events. \`event\`: something happened; its id is the place to resume after · \`beat\`: the
stream is alive. Without a position, only what happens from now on.`;

export function streamRoutes(app: FastifyInstance, context: WebContext): void {
  const { streams } = context;

  app.get(
    '/api/stream',
    {
      exposeHeadRoute: false,
      config: {
        api: {
          summary: 'What happens, live',
          description: EVENT_MESSAGES,
          query: streamQuery,
          ...EVENT_STREAM,
        },
      },
    },
    async (request, reply) => {
      const after =
        startAfter(request.headers['last-event-id'], read(streamQuery, request.query).after) ??
        // Read before the answer begins: whoever sees the stream open misses nothing from then on.
        (await lastEventId(context.database.db));
      await serve(reply, (viewer) => streams.events(viewer, after));
    },
  );

  app.get(
    '/api/runs/:id/stream',
    {
      exposeHeadRoute: false,
      config: {
        api: {
          summary: 'A run, live',
          description: RUN_MESSAGES,
          params: runParams,
          query: streamQuery,
          ...EVENT_STREAM,
        },
      },
    },
    async (request, reply) => {
      const { id } = read(runParams, request.params);
      const after = startAfter(request.headers['last-event-id'], read(streamQuery, request.query).after);
      await requireRun(context, id);
      await serve(reply, (viewer) => streams.run(viewer, id, after ?? 0));
    },
  );

  async function serve(
    reply: FastifyReply,
    join: (viewer: ReturnType<typeof openViewer>) => Promise<void>,
  ): Promise<void> {
    if (streams.viewers >= MOST_VIEWERS) {
      throw new Problem(
        503,
        'busy',
        `${MOST_VIEWERS} live streams are open already.`,
        'Try again in a moment.',
      );
    }
    const viewer = openViewer(reply, context.metrics.viewerDropped);
    try {
      await join(viewer);
    } catch (error) {
      // The answer has begun; all that can be said now is to come back.
      reply.log.warn({ err: error }, 'a live stream broke off');
      viewer.close();
    }
  }
}

const EVENT_STREAM = { answer: z.string(), type: 'text/event-stream' };

function startAfter(header: string | string[] | undefined, after: number | undefined): number | undefined {
  if (header === undefined || header === '') return after;
  const result = position.safeParse(header);
  if (!result.success)
    throw badInput(
      'Last-Event-ID',
      `must be a whole number (it is "${header}")`,
      'Give the last id that was received.',
    );
  return result.data;
}
