import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRefused } from '../../bot/refused.ts';
import { type OpenTestDatabase, openTestDatabase } from '../support/database.ts';

describe('messages that are refused', () => {
  let database: OpenTestDatabase;
  let logged: string[];
  const log = (line: string) => void logged.push(line);
  const numbered = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      ...{ adapter: 'irc:lab', messageId: `m${at}`, channel: 'irc:lab/#day', replyTo: null, about: 'whoami' },
    }));
  const noted = async () =>
    (
      await database.pool.query(
        'select message_id as id, at, answered_at is not null as answered from received order by at',
      )
    ).rows;

  beforeEach(async () => {
    database = await openTestDatabase();
    logged = [];
  });
  afterEach(() => database?.close());

  it('are noted in few transactions, however many they are', async () => {
    const refused = createRefused({ database, log, mostWaiting: 5_000 });
    await Promise.all(numbered(1_200).map((message) => refused.note(message, null)));
    const rows = await noted();
    expect(rows.filter(({ answered }) => answered)).toHaveLength(1_200);
    expect(new Set(rows.map(({ at }) => Number(at))).size).toBeLessThanOrEqual(4);
    expect(logged).toEqual([]);
  });

  it('are given up from the oldest on where too many wait, and the log says it once', async () => {
    const refused = createRefused({ database, log, mostWaiting: 10 });
    await Promise.all(numbered(100).map((message) => refused.note(message, null)));
    const newest = Array.from({ length: 10 }, (_, at) => `m${90 + at}`);
    expect((await noted()).map(({ id }) => id).sort()).toEqual(['m0', ...newest].sort());
    expect(logged).toEqual([expect.stringMatching(/^more than 10 refused messages/)]);
  });
});
