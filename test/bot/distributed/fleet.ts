import { join } from 'node:path';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import {
  type BotProcess,
  type Home,
  type HomeOptions,
  makeHome,
  type StartOptions,
} from '../../support/process.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { freePort } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

const BLUEPRINTS = [
  join(import.meta.dirname, '..', 'blueprints'),
  join(import.meta.dirname, '..', 'recovery', 'blueprints'),
];

/** Bots and workers that share a PostgreSQL and a Redis, all of them real, and nodes. */
export interface Fleet {
  readonly home: Home;
  readonly database: TestDatabase;
  readonly redis: TestRedis;
  /** Starts a bot with a page of its own, and waits until it is ready; without a terminal its log is what it says. */
  bot(options?: Pick<StartOptions, 'stdin'>): Promise<BotProcess>;
  /** Starts so many workers and waits until they are ready. */
  workers(count: number): Promise<BotProcess[]>;
  /** Which of the workers drives the run, as soon as one does. */
  driverOf(run: number, among: readonly BotProcess[]): Promise<BotProcess>;
  /** Looks into the database. */
  query<T extends pg.QueryResultRow>(text: string): Promise<T[]>;
  remove(): Promise<void>;
}

/** Without `redis: false` there is one. */
export async function startFleet(options: HomeOptions & { redis?: false } = {}): Promise<Fleet> {
  const database = await createTestDatabase();
  const redis = await startRedis();
  const home = await makeHome({
    blueprints: BLUEPRINTS,
    ...options,
    env: {
      DATABASE_URL: database.url,
      ...(options.redis === false ? {} : { REDIS_URL: redis.url }),
      ...options.env,
    },
  });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();

  async function query<T extends pg.QueryResultRow>(text: string): Promise<T[]> {
    return (await client.query<T>(text)).rows;
  }

  return {
    home,
    database,
    redis,
    bot: async (given) => home.ready({ ...given, words: ['bot'], env: { PORT: String(await freePort()) } }),
    workers: (count) =>
      Promise.all(Array.from({ length: count }, () => home.ready({ words: ['worker'], stdin: 'ignore' }))),
    driverOf: (run, among) =>
      until(
        async () => {
          const rows = await query<{ hold_owner: string }>(
            `select hold_owner from runs where id = ${run} and hold_expires_at > now()`,
          );
          return among.find(({ pid }) => rows[0]?.hold_owner.endsWith(`/${pid}`));
        },
        { what: `one of the workers to drive run ${run}`, withinMs: 20_000 },
      ),
    query,
    async remove() {
      await client.end();
      await home.remove();
      await redis.remove();
      await database.drop();
    },
  };
}

/** What a bot's page says at this path. */
export async function pageOf(bot: BotProcess, path: string): Promise<string> {
  const url = bot.lines.find((line) => line.startsWith('page: '))?.slice('page: '.length);
  return (await fetch(`${url}${path}`)).text();
}
