import type { RequestListener } from 'node:http';
import type { FastifyInstance } from 'fastify';

/**
 * Slack's requests, which are not for the page: whoever takes them checks their signature, and reads their bodies as they
 * were signed.
 */
export function slackRoute(app: FastifyInstance, take: RequestListener): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _body, done) => done(null));
    scope.post('/slack/events', { config: { signed: true } }, (request, reply) => {
      reply.hijack();
      take(request.raw, reply.raw);
    });
  });
}
