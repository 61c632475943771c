import type { IncomingMessage } from '../../../adapters/adapter.ts';
import type { OutgoingMessage } from '../../../adapters/message.ts';
import { startDue } from '../../../bot/due.ts';
import { createLinks } from '../../../bot/links.ts';
import { startNotifier } from '../../../bot/notifier.ts';
import { createReceive } from '../../../bot/receive.ts';
import type { Database } from '../../../db/client.ts';
import { takeDuty } from '../../../db/duties.ts';
import { insertEnvironment } from '../../../db/environments.ts';
import { CHANNELS, notify } from '../../../db/events.ts';
import { openListener } from '../../../db/listen.ts';
import { insertRun } from '../../../db/runs.ts';
import type { Blueprint } from '../../../engine/blueprint/blueprint.ts';
import { createEngine } from '../../../engine/engine.ts';
import { type Policy, USUAL_POLICY } from '../../../sessions/policy.ts';
import { openTestDatabase } from '../../support/database.ts';
import { until } from '../../support/until.ts';

/** Channels of three services in which anybody may speak, a clock that only a test moves, and environments that no worker drives. */
export interface Floor {
  readonly database: Database;
  /** What this account says is answered with (`?guest` has none, of `??guest` the service does not say); several at a time are worked on at a time. */
  say(who: string, text: string, where?: string): Promise<string>;
  answer(who: string, text: string, where?: string): Promise<OutgoingMessage>;
  /** All that was said comes once more, as services deliver it again, or (`late`) as it is read back. */
  repeat(how?: { readonly late?: true }): Promise<void>;
  /** Everything said in a channel so far, oldest first. */
  heard(channel?: string): Promise<string[]>;
  /** Waits until this was said in the channel. */
  hears(pattern: RegExp, channel?: string): Promise<string>;
  /** Lets time pass, and waits until what is due by it was looked for. */
  pass(ms: number): Promise<void>;
  /** Lets the run that goes on on the environment end, and with it its tasks; it succeeds unless told otherwise. */
  endRun(environment: string, state?: 'succeeded' | 'failed'): Promise<void>;
  /** Stops the bot and starts it again. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export const IRC = 'irc:lab/#day';
export const SLACK = 'slack:T1/C1';
export const DISCORD = 'discord:G1/C1';
export const MINUTE = 60_000;

const step = {
  id: 'wipe',
  title: 'wipe the disk',
  on: ['node'],
  needs: [],
  slots: 0,
  run: 'true',
  timeoutMs: 1_000,
  repeatable: true,
  retries: 0,
  backoffMs: 0,
  onFailure: 'skip',
  when: {},
} as const;

export interface FloorOptions {
  readonly admins?: readonly string[];
  readonly policy?: Partial<Policy>;
  readonly environments?: readonly string[];
  /** So many machines has the pool `rack`, those of the environments counted; 9 if absent. */
  readonly machines?: number;
  /** What the blueprint of the environments marks as destructive. */
  readonly destructive?: Blueprint['destructive'];
  /** None if absent. */
  readonly checks?: Blueprint['checks'];
}

export async function openFloor(options: FloorOptions = {}): Promise<Floor> {
  const database = await openTestDatabase();
  const listener = await openListener(database.connection, Object.values(CHANNELS));
  const links = createLinks('http://day.example');
  const policy = { ...USUAL_POLICY, ...options.policy };
  const logged: string[] = [];
  const log = (line: string) => void logged.push(line);
  let time = Date.parse('2012-03-08T09:00:00Z');
  const now = () => new Date(time);
  const blueprint = blueprintOf(options);
  const catalogue = {
    names: async () => ['trial'],
    get: async () => blueprint,
    all: async () => [blueprint],
    problems: async () => [],
  };
  const environments = options.environments ?? ['demo', 'ex'];
  const providers = new Map([['rack', rackOf(environments, options.machines ?? 9)]]) as never;
  const engine = createEngine({ database, catalogue: catalogue as never, providers });
  for (const name of environments) await addEnvironment(database, name, blueprint);
  const names = { environments, blueprints: ['trial'], pools: ['rack'] };
  const duty = await takeDuty(database.db, 'notifier', 'test', 86_400);
  if ('heldBy' in duty) throw new Error('somebody else has the duty');

  function start() {
    const receive = createReceive({
      database,
      links,
      engine,
      catalogue: catalogue as never,
      providers,
      policy,
      now,
      admins: new Set(options.admins ?? []),
      names: { read: async () => names, last: () => names },
      unsaid: { room: async () => {}, put: () => {} } as never,
      log,
    });
    const notifier = startNotifier({ database, listener, links, now, duty: duty as never, log });
    const due = startDue({ database, listener, policy, now, duty: duty as never, log });
    return { receive, stop: () => Promise.all([notifier.stop(), due.stop()]) };
  }

  let bot = start();
  let next = 0;
  const all: IncomingMessage[] = [];

  async function answer(who: string, text: string, where = channelOf(who)): Promise<OutgoingMessage> {
    next += 1;
    // No two things are said at the same moment.
    time += 1;
    const id = `m${next}`;
    const display = who.replace(/^.*[/:]/, '').replaceAll('?', '');
    const identity = who.startsWith('?') ? null : who;
    const adapter = where.startsWith('discord') ? 'discord' : (where.split('/')[0] ?? '');
    const sender = { identity, display, ...(who.startsWith('??') ? { isUnsure: true as const } : {}) };
    const privately = directOf(who);
    const message = { adapter, id, channel: where, privately, replyTo: id, sender, text };
    all.push(message);
    await bot.receive(message, null);
    const { rows } = await database.pool.query('select message from outbox where reply_to = $1', [id]);
    if (rows.length !== 1)
      throw new Error(`"${text}" was answered ${rows.length} times\n${logged.join('\n')}`);
    return rows[0].message;
  }

  async function heard(channel = IRC): Promise<string[]> {
    const { rows } = await database.pool.query(
      `select message->>'text' as text from outbox where channel = $1 order by id`,
      [channel],
    );
    return rows.map(({ text }) => text);
  }

  return {
    database,
    answer,
    say: async (who, text, where) => (await answer(who, text, where)).text,
    async repeat(how) {
      await Promise.all(all.map((message) => bot.receive({ ...message, ...how }, null)));
    },
    heard,
    async hears(pattern, channel) {
      try {
        return await until(async () => (await heard(channel)).find((text) => pattern.test(text)), {
          what: `${pattern} to be said in ${channel ?? IRC}`,
        });
      } catch (error) {
        throw new Error(
          `${(error as Error).message}; said: ${(await heard(channel)).join('\n')}\n${logged.join('\n')}`,
        );
      }
    },
    async pass(ms) {
      time += ms;
      await notify(database.db, CHANNELS.events, '0');
    },
    async endRun(environment, state = 'succeeded') {
      const { rows } = await database.pool.query(
        `update runs set state = $2, ended_at = now() from environments e
         where e.id = environment_id and e.name = $1 and ended_at is null returning runs.id`,
        [environment, state],
      );
      await database.pool.query(`update tasks set state = $2, ended_at = now() where run_id = any($1)`, [
        rows.map(({ id }) => id),
        state === 'succeeded' ? 'done' : 'failed',
      ]);
      await notify(database.db, CHANNELS.events, '0');
    },
    async restart() {
      await bot.stop();
      bot = start();
    },
    async close() {
      await bot.stop();
      await listener.close();
      await database.close();
    },
  };
}

/** The public channel of an account's service. */
function channelOf(who: string): string {
  if (who.includes('slack:')) return SLACK;
  return who.includes('discord:') ? DISCORD : IRC;
}

/** Where only this account reads. */
export function directOf(who: string): string {
  return who
    .replace(/^\?+/, '')
    .replace(/\/([^/]+)$/, '/@$1')
    .replace(/^discord:(\w+)$/, 'discord:@me/$1');
}

/** A pool that hands out machines, and has none. */
function rackOf(environments: readonly string[], capacity: number) {
  const free = Array.from({ length: capacity - environments.length }, (_, at) => `r${at + 1}`);
  return {
    pool: 'rack',
    capacity,
    can: { snapshot: false, reset: false, layers: false, packages: true },
    choose: (count: number, taken: ReadonlySet<string>) =>
      free.filter((machine) => !taken.has(machine)).slice(0, count),
  };
}

function blueprintOf({ destructive, checks = [] }: FloorOptions): Blueprint {
  return {
    name: 'trial',
    version: '1',
    summary: 'a trial',
    roles: { node: { count: { min: 1, max: 9, default: 1 }, when: {} } },
    params: {},
    prelude: [],
    steps: [{ ...step, id: 'install', title: 'install' }],
    checks,
    facts: { files: [], settings: [], scripts: [] },
    reset: 'teardown',
    teardown: [{ ...step, destructive: true }],
    packages: false,
    digest: 'd',
    ...(destructive ? { destructive } : {}),
  } as unknown as Blueprint;
}

/** As a provision leaves it: a node, a run that succeeded, a baseline. */
async function addEnvironment({ db, pool }: Database, name: string, blueprint: Blueprint): Promise<void> {
  const environment = await insertEnvironment(db, {
    name,
    blueprint: 'trial',
    pool: 'rack',
    state: 'ready',
    params: {},
    secrets: {},
  });
  await pool.query(
    `insert into nodes (environment_id, pool, machine, name, role, index, state) values ($1, 'rack', $2, 'node', 'node', 1, 'up')`,
    [environment.id, `r-${name}`],
  );
  const run = await insertRun(
    db,
    {
      environmentId: environment.id,
      kind: 'provision',
      blueprint,
      detail: {},
      personId: null,
      requester: 'nobody',
      channel: IRC,
      cause: null,
      command: `provision ${name} from trial`,
    },
    [],
  );
  await pool.query(`update runs set state = 'succeeded', ended_at = now() where id = $1`, [run.id]);
  await pool.query(
    `insert into snapshots (environment_id, name, run_id, facts, nodes) values ($1, 'baseline', $2, '{}', '[]')`,
    [environment.id, run.id],
  );
}
