import Fastify, { type FastifyInstance, LogController } from 'fastify';
import { answerProblem } from './answer-problem.ts';
import type { WebContext, WebOptions } from './context.ts';
import { guard } from './guard.ts';
import { collectMetrics } from './metrics.ts';
import { collectOpenApi } from './openapi.ts';
import { asProblem, notFound } from './problem.ts';
import { approvalRoute } from './routes/approvals.ts';
import { auditRoutes } from './routes/audit.ts';
import { environmentRoutes } from './routes/environments.ts';
import { factRoutes } from './routes/facts.ts';
import { logRoute } from './routes/log.ts';
import { operationRoutes } from './routes/operation.ts';
import { pageRoutes } from './routes/pages.ts';
import { pictureRoutes } from './routes/pictures.ts';
import { differenceRoutes, runRoutes } from './routes/runs.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { slackRoute } from './routes/slack.ts';
import { streamRoutes } from './routes/streams.ts';
import { openStreams } from './stream/streams.ts';

/**
 * The watch page and the HTTP API: read-only, nothing in it changes anything. The caller listens (on loopback unless told
 * otherwise) and closes; closing ends the open streams, whose viewers come back by themselves.
 */
export function createWeb(options: WebOptions): FastifyInstance {
  const publicUrl = options.publicUrl.replace(/\/+$/, '');
  const app: FastifyInstance = Fastify({
    ...(options.log ? { loggerInstance: options.log } : {}),
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
    // An address that is no UTF-8, for one: it comes to no route.
    frameworkErrors: (error, request, reply) => answerProblem(asProblem(error), error, request, reply),
  });
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler((thrown, request, reply) => answerProblem(asProblem(thrown), thrown, request, reply));
  app.setNotFoundHandler((request) => {
    const path = request.url.split('?')[0] ?? '';
    throw notFound(
      `There is nothing at ${path}.`,
      path.startsWith('/api')
        ? 'See /api/openapi.json for what there is.'
        : 'Start from the list of environments.',
    );
  });

  guard(app, publicUrl);
  const openApi = collectOpenApi(app, options.version, publicUrl);
  const metrics = collectMetrics(app, {
    database: options.database,
    version: options.version,
    viewers: () => streams.viewers,
  });
  const streams = openStreams({
    database: options.database,
    listenEvents: options.listenEvents,
    publicUrl,
    onError: (error) => app.log.warn({ err: error }, 'a live stream could not be read; it is tried again'),
    flushMs: options.streamTimes?.flushMs ?? 50,
    beatMs: options.streamTimes?.beatMs ?? 15_000,
    lookMs: options.streamTimes?.lookMs ?? 2_000,
  });
  app.addHook('preClose', async () => streams.close());

  const context: WebContext = { ...options, publicUrl, streams, metrics, openApi };
  environmentRoutes(app, context);
  runRoutes(app, context);
  differenceRoutes(app, context);
  factRoutes(app, context);
  streamRoutes(app, context);
  logRoute(app, context);
  approvalRoute(app, context);
  pictureRoutes(app, context);
  sessionRoutes(app, context);
  auditRoutes(app, context);
  operationRoutes(app, context);
  if (options.slackRequests) slackRoute(app, options.slackRequests);
  pageRoutes(app, context);
  return app;
}
