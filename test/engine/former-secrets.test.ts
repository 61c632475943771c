import { expect, it } from 'vitest';
import { findEnvironment, secretsInUse, secretsOf } from '../../db/environments.ts';
import type { ProvisionDraft } from '../../engine/draft.ts';
import { writeEnvironment } from '../../engine/write-run.ts';
import { databaseForTests } from '../support/database.ts';

const database = databaseForTests();

it('an environment knows the last hundred values that its secrets have had, each once', async () => {
  const by = { personId: null, display: 'alice', channel: 'irc:lab/#day', command: '', cause: null };
  const blueprint = { name: 'x', params: { word: { secret: true }, other: { secret: false } } };
  const provision = async (word: string) => {
    const found = await findEnvironment(database.db, 'ex');
    const draft = { blueprint, values: { word, other: 'plain' }, existing: [], added: [] };
    await writeEnvironment(database.db, 'ex', found, 'lab', draft as unknown as ProvisionDraft, by);
    const now = await findEnvironment(database.db, 'ex');
    return now ? secretsOf(database.db, now) : [];
  };
  expect(await provision('first')).toEqual(['first']);
  expect(await provision('second')).toEqual(['second', 'first']);
  expect(await provision('second')).toEqual(['second', 'first']);
  expect(await provision('first')).toEqual(['first', 'second']);
  for (let at = 0; at < 101; at += 1) await provision(`word-${at}`);
  const known = await provision('last');
  expect(known).toHaveLength(101);
  expect(known[0]).toBe('last');
  expect(known).not.toContain('second');
  expect(await secretsInUse(database.db)).toEqual(known);
});
