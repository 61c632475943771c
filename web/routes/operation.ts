import type { FastifyInstance } from 'fastify';
import { databaseAnswers } from '../../db/views.ts';
import { health } from '../answers.ts';
import type { WebContext } from '../context.ts';

/** For those who keep the server running. */
export function operationRoutes(app: FastifyInstance, context: WebContext): void {
  const { version, metrics } = context;

  app.get('/healthz', { config: { api: { summary: 'The process answers', answer: health } } }, async () => ({
    status: 'ok',
    version,
  }));

  app.get('/readyz', { config: { api: { summary: 'The database answers', answer: health } } }, async () => {
    await databaseAnswers(context.database.db);
    return { status: 'ready', version };
  });

  app.get('/metrics', async (_request, reply) => {
    const text = await metrics.text();
    return reply.type(metrics.contentType).send(text);
  });

  app.get('/api/openapi.json', async () => context.openApi());
}
