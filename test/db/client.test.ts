import { expect, it } from 'vitest';
import { databaseForTests } from '../support/database.ts';

const database = databaseForTests();

it('a process that stands still inside a transaction keeps nothing locked for long', async () => {
  const { rows } = await database.db.execute('show idle_in_transaction_session_timeout');
  expect(rows).toEqual([{ idle_in_transaction_session_timeout: '10s' }]);
});
