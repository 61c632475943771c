import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { heldMachines } from '../../db/environments.ts';
import { CHANNELS } from '../../db/events.ts';
import type { Listener } from '../../db/listen.ts';
import { runById } from '../../db/runs.ts';
import type { Gallery } from '../../pictures/gallery.ts';
import { createWeb } from '../../web/web.ts';
import type { Services } from '../handlers/handler.ts';
import { outcomeView } from '../outcome-view.ts';
import { outcomeMessage } from '../replies/outcome.ts';
import { StartError } from '../start-error.ts';

export interface PageOptions extends Services {
  readonly listener: Listener;
  readonly pictures: Gallery;
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string;
  /** Null: the audit is not served. */
  readonly auditToken: string | null;
  readonly packageRoot: string;
  readonly version: string;
  /** Null: Slack does not come to the page's address. */
  readonly slackRequests: RequestListener | null;
}

/** More than people read, and few enough for a browser. */
const MOST_ROWS = 2_000;

/** The watch page and the API, listening. */
export async function openPage(options: PageOptions): Promise<{ close(): Promise<void> }> {
  const { database, listener, host, port, publicUrl, packageRoot, version } = options;
  const web = createWeb({
    database,
    publicUrl,
    auditToken: options.auditToken,
    version,
    ...(options.slackRequests ? { slackRequests: options.slackRequests } : {}),
    pageDir: join(packageRoot, 'dist', 'web', 'page'),
    listenEvents(onEvent) {
      const stops = [
        listener.on(CHANNELS.events, (payload) => onEvent({ channel: 'events', id: Number(payload) })),
        listener.on(CHANNELS.output, (payload) => onEvent({ channel: 'output', id: Number(payload) })),
      ];
      return () => {
        for (const stop of stops) stop();
      };
    },
    pictures: options.pictures,
    async outcome(id) {
      const run = await runById(database.db, id);
      if (!run || run.endedAt === null) return null;
      return outcomeMessage(await outcomeView(database.db, run, options.links), MOST_ROWS);
    },
    pools: () => poolViews(options),
    blueprints: async () =>
      (await options.catalogue.all()).map(({ name, version, summary, release }) => ({
        name,
        version,
        summary,
        release: release ?? null,
      })),
  });
  try {
    await web.listen({ host, port });
  } catch (error) {
    await web.close(); // its timers would keep the process from ending
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'something else listens there' : message;
    throw new StartError(
      `http.port: cannot listen on ${host}:${port}: ${why}; set PORT or http.port to another one`,
    );
  }
  return { close: () => web.close() };
}

function poolViews({ providers, database }: Services) {
  return Promise.all(
    [...providers.values()].map(async (provider) => ({
      name: provider.pool,
      provider: provider.kind,
      summary: provider.summary,
      capacity: provider.capacity,
      taken: (await heldMachines(database.db, provider.pool)).length,
    })),
  );
}

/** A port that nothing listens on now, for `http.port: 0`: links must name it before the page listens. */
export async function freePort(host: string): Promise<number> {
  const server = createServer();
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
