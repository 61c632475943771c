import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorPage } from './error-page.ts';
import type { Problem } from './problem.ts';

/** In the form that who asks can read: JSON for programs, text where a text was asked for, else a page. */
export function answerProblem(
  problem: Problem,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
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
}
