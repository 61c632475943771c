import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { environmentView } from '../../db/views.ts';
import { type Asset, readAssets } from '../assets.ts';
import type { WebContext } from '../context.ts';
import { environmentParams, read, runParams } from '../input.ts';
import { Problem } from '../problem.ts';
import { unknownEnvironment } from './environments.ts';
import { requireRun } from './runs.ts';
import { requireSession } from './sessions.ts';

/** The page: one document for all of its addresses, so that each can be opened directly, and its files. */
export function pageRoutes(app: FastifyInstance, context: WebContext): void {
  let assets: ReadonlyMap<string, Asset> = new Map();
  app.addHook('onReady', async () => {
    assets = await readAssets(context.pageDir);
  });

  app.get('/', async (request, reply) => document(request, reply));

  app.get('/environments/:name', async (request, reply) => {
    const { name } = read(environmentParams, request.params);
    if (!(await environmentView(context.database.db, name))) throw await unknownEnvironment(context, name);
    return document(request, reply);
  });

  app.get('/sessions/:name', async (request, reply) => {
    await requireSession(context, read(environmentParams, request.params).name);
    return document(request, reply);
  });

  app.get('/runs/:id', async (request, reply) => {
    await requireRun(context, read(runParams, request.params).id);
    return document(request, reply);
  });

  app.get('/*', async (request, reply) => {
    const asset = assets.get(request.url.split('?')[0] ?? '');
    return asset ? send(asset, request, reply) : reply.callNotFound();
  });

  function document(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const index = assets.get('/index.html');
    if (!index) {
      throw new Problem(
        503,
        'no-page',
        'The page has not been built.',
        'Type "npm run build" and start again; /api works.',
      );
    }
    return send(index, request, reply);
  }
}

function send(asset: Asset, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers({
    'content-type': asset.type,
    'cache-control': asset.lasting ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: asset.etag,
  });
  return request.headers['if-none-match'] === asset.etag ? reply.code(304).send() : reply.send(asset.body);
}
