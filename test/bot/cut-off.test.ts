import pg from 'pg';
import { afterEach, expect, it } from 'vitest';
import { describeIf } from '../support/needs.ts';
import { needSshd } from '../support/sshd.ts';
import { openWorld, type World } from '../support/world.ts';

const sshd = await needSshd();

/** As if the process had ended between taking the last message in and answering it: what is written with the answer is not there. */
const FORGET_ANSWERS = `update received set answered_at = null;
  alter table audit disable trigger all; delete from audit; alter table audit enable always trigger audit_rows, enable always trigger audit_table`;

describeIf(sshd)('a command that its process could not answer', () => {
  let world: World;
  afterEach(() => world?.close());
  const query = async (text: string) => {
    const client = new pg.Client({ connectionString: world.database.url });
    await client.connect();
    const { rows } = await client.query(text);
    await client.end();
    return rows;
  };

  it('is answered by the next one: what it started', async () => {
    world = await openWorld({ machines: 1 });
    await world.ask('provision demo from hello', /^demo ready in/);
    await query(FORGET_ANSWERS);
    await world.restart();
    await world.heard(
      /^"provision demo …" was started just before the bot was restarted; watch http\S+\/runs\/1/,
    );
  });

  it('is not done again, and who asked is told', async () => {
    world = await openWorld();
    await world.ask('cancel demo', /there is no environment demo/i);
    await query(FORGET_ANSWERS);
    await world.restart();
    await world.heard(/^The bot was restarted before it could answer "cancel demo …"/);
    expect(
      await query("select identity, person_id is not null as known from audit where result = 'cut-off'"),
    ).toEqual([{ identity: 'console:local', known: true }]);
    await world.restart();
    await world.ask('envs', /no environments yet/i);
    if (world.transcript().includes('restarted before')) throw new Error('it was told twice');
  });
});
