import type { FastifyInstance } from 'fastify';
import { Problem } from './problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whoever sends it proves by a signature that it is meant for us, under whatever name of ours it comes. */
    readonly signed?: boolean;
  }
}

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

/** Headers for every answer, and only requests that are meant for us. */
export function guard(app: FastifyInstance, publicUrl: string): void {
  const ours = new Set(['localhost', '127.0.0.1', '[::1]', new URL(publicUrl).hostname]);
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.signed) return;
    reply.headers(HEADERS);
    const host = hostname(request.headers.host);
    // On loopback the only protection is that nobody else gets here; a foreign page could, by a name that it points
    // at 127.0.0.1 (DNS rebinding). Its name is then in the Host header.
    if (isLoopback(request.socket.localAddress) && !ours.has(host)) {
      throw new Problem(
        421,
        'wrong-host',
        `This server does not answer to the name "${host}".`,
        `Use ${publicUrl}, or set http.publicUrl to the address that people use.`,
      );
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      reply.header('allow', 'GET, HEAD');
      throw new Problem(
        405,
        'read-only',
        `${request.method} is not possible here.`,
        'Changes are made by commands in the chat.',
      );
    }
  });
}

function hostname(host: string | undefined): string {
  return (host ?? '').replace(/:\d*$/, '').toLowerCase();
}

function isLoopback(address: string | undefined): boolean {
  return address === undefined || address === '::1' || /^(::ffff:)?127\./.test(address);
}
