import type { AddressInfo } from 'node:net';
import { createPictures } from '../../../bot/pictures.ts';
import type { Database } from '../../../db/client.ts';
import { CHANNELS } from '../../../db/events.ts';
import { openListener } from '../../../db/listen.ts';
import type { WebOptions } from '../../../web/context.ts';
import { createWeb } from '../../../web/web.ts';
import { openTestDatabase } from '../../support/database.ts';

export interface TestServer {
  readonly url: string;
  readonly database: Database;
  /** Stops it and starts another on the same port and database. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** The web server on a free port of the loopback, with a database of its own and real notifications. */
export async function startServer(options: Partial<WebOptions> = {}): Promise<TestServer> {
  const database = await openTestDatabase();
  const listener = await openListener(database.connection, [CHANNELS.events, CHANNELS.output]);
  const create = () =>
    createWeb({
      database,
      listenEvents: (onEvent) => {
        const off = [
          listener.on(CHANNELS.events, (id) => onEvent({ channel: 'events', id: Number(id) })),
          listener.on(CHANNELS.output, (id) => onEvent({ channel: 'output', id: Number(id) })),
        ];
        return () => {
          for (const stop of off) stop();
        };
      },
      publicUrl: 'http://deployday.example:8080/',
      pageDir: '/nonexistent',
      version: '1.2.3',
      pools: async () => [
        { name: 'lab', provider: 'lab', summary: 'nodes made here', capacity: 6, taken: 2 },
      ],
      blueprints: async () => [
        { name: 'hello', version: '1', summary: 'A greeting on every node', release: null },
      ],
      pictures: createPictures(database),
      outcome: async () => null,
      ...options,
    });
  let app = create();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const start = async () => {
    app = create();
    await app.listen({ host: '127.0.0.1', port });
  };
  const stop = () => app.close();
  return {
    url: `http://127.0.0.1:${port}`,
    database,
    start,
    stop,
    async restart() {
      await stop();
      await start();
    },
    async close() {
      await stop();
      await listener.close();
      await database.close();
    },
  };
}
