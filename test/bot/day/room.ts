import type { OutgoingMessage } from '../../../adapters/message.ts';
import { createLinks } from '../../../bot/links.ts';
import { startNotifier } from '../../../bot/notifier.ts';
import { createReceive } from '../../../bot/receive.ts';
import type { Database } from '../../../db/client.ts';
import { takeDuty } from '../../../db/duties.ts';
import { CHANNELS } from '../../../db/events.ts';
import { type Listener, openListener } from '../../../db/listen.ts';
import { insertSession, linkChannel, type Session } from '../../../db/sessions.ts';
import { USUAL_POLICY } from '../../../sessions/policy.ts';
import { openTestDatabase } from '../../support/database.ts';
import { until } from '../../support/until.ts';

/** A channel of a session in which anybody may speak, on any service, and hear what the bot answers. */
export interface Room {
  readonly database: Database;
  readonly session: Session;
  /** What this account says is answered with. */
  say(who: string, text: string, where?: string): Promise<string>;
  answer(who: string, text: string, where?: string): Promise<OutgoingMessage>;
  /** Everything said in a channel so far, oldest first. */
  heard(channel?: string): Promise<string[]>;
  /** Lines of the bot's log. */
  readonly logged: readonly string[];
  /** Waits until this was said in the channel. */
  hears(pattern: RegExp, channel?: string): Promise<string>;
  /** A second bot's notifier, on the same database. */
  close(): Promise<void>;
}

export const ROOM = 'irc:lab/#room';

export async function openRoom(
  options: { admins?: readonly string[]; also?: readonly string[] } = {},
): Promise<Room> {
  const database = await openTestDatabase();
  const listener: Listener = await openListener(database.connection, Object.values(CHANNELS));
  const links = createLinks('http://day.example');
  const log: string[] = [];
  const nothing = new Proxy(
    {},
    { get: (_, name) => () => Promise.reject(new Error(`${String(name)} is not there`)) },
  );
  const names = { environments: [], blueprints: ['hello'], pools: [] };
  const receive = createReceive({
    database,
    links,
    engine: nothing as never,
    catalogue: nothing as never,
    providers: new Map(),
    admins: new Set(options.admins ?? []),
    policy: USUAL_POLICY,
    now: () => new Date(),
    names: { read: async () => names, last: () => names },
    unsaid: { room: async () => {}, put: () => {} } as never,
    log: (line) => void log.push(line),
  });
  const duty = await takeDuty(database.db, 'notifier', 'test', 600);
  if ('heldBy' in duty) throw new Error('somebody else has the duty');
  const notifier = startNotifier({
    database,
    listener,
    links,
    now: () => new Date(),
    duty,
    log: (line) => void log.push(line),
  });
  const session = await insertSession(database.db, 'essex-day', null);
  for (const channel of [ROOM, ...(options.also ?? [])]) {
    await linkChannel(database.db, { sessionId: session.id, channel, lane: 'operations', linkedBy: null });
  }
  let next = 0;

  async function answer(who: string, text: string, where = ROOM): Promise<OutgoingMessage> {
    next += 1;
    const id = `m${next}`;
    const display = who.replace(/^.*[/:]/, '');
    const identity = who.startsWith('?') ? null : who;
    const adapter = where.startsWith('irc:') ? 'irc:lab' : (where.split('/')[0] ?? '');
    await receive({ adapter, id, channel: where, replyTo: id, sender: { identity, display }, text }, null);
    const { rows } = await database.pool.query('select message from outbox where reply_to = $1', [id]);
    if (rows.length !== 1) throw new Error(`"${text}" was answered ${rows.length} times\n${log.join('\n')}`);
    return rows[0].message;
  }

  async function heard(channel = ROOM): Promise<string[]> {
    const { rows } = await database.pool.query(
      'select message->>$$text$$ as text from outbox where channel = $1 order by id',
      [channel],
    );
    return rows.map(({ text }) => text);
  }

  return {
    database,
    session,
    logged: log,
    answer,
    say: async (who, text, where) => (await answer(who, text, where)).text,
    heard,
    hears: (pattern, channel) =>
      until(async () => (await heard(channel)).find((text) => pattern.test(text)), {
        what: `${pattern} to be said`,
      }),
    async close() {
      await notifier.stop();
      await listener.close();
      await database.close();
    },
  };
}
