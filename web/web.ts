import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type { WebContext, WebOptions } from './context.ts';
import { errorPage } from './error-page.ts';
import { guard } from './guard.ts';
import { collectMetrics } from './metrics.ts';
import { collectOpenApi } from './openapi.ts';
import { asProblem, notFound } from './problem.ts';
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
  });
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler((thrown, request, reply) => {
    const problem = asProblem(thrown);
    if (problem.status >= 500)
      request.log.error({ err: thrown, url: request.url }, 'a request could not be answered');
    if (problem.status === 503) reply.header('retry-after', '2');
    reply.code(problem.status);
    if (request.url.startsWith('/api')) {
      const { error, message, hint, key } = problem;
      return reply.send({ error, message, hint, ...(key === undefined ? {} : { key }) });
    }
    if (/^\/(metrics|healthz|readyz|(runs|sessions)\/[^/]*\/(log|[a-z]+\.(png|svg)))/.test(request.url)) {
      return reply.type('text/plain; charset=utf-8').send(`${problem.message} ${problem.hint}\n`);
    }
    return reply.type('text/html; charset=utf-8').send(errorPage(problem));
  });
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
  pictureRoutes(app, context);
  sessionRoutes(app, context);
  auditRoutes(app, context);
  operationRoutes(app, context);
  if (options.slackRequests) slackRoute(app, options.slackRequests);
  pageRoutes(app, context);
  return app;
}
