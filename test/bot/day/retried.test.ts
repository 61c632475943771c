import { join } from 'node:path';
import pg from 'pg';
import { afterEach, expect, it } from 'vitest';
import type { Report } from '../../../sessions/report/report.ts';
import { describeIf } from '../../support/needs.ts';
import { needSshd } from '../../support/sshd.ts';
import { openWorld, type World } from '../../support/world.ts';

const sshd = await needSshd();
const blueprints = [join(import.meta.dirname, 'blueprints')];
/** Many times what it takes on a machine that does nothing else. */
const PATIENCE_MS = 120_000;

async function query({ database }: World, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(text);
  await client.end();
}

describeIf(sshd)('the report of a session', () => {
  let world: World | undefined;
  afterEach(() => world?.close());

  it('tells of a failure that was retried with success, and of what people did about runs', {
    timeout: PATIENCE_MS,
  }, async () => {
    world = await openWorld({ machines: 1, blueprints });
    await world.ask('session start glue-day', /Session glue-day has begun/);
    await world.ask('provision shelf from stumble', /shelf failed: provision/, PATIENCE_MS);
    await query(world, `update runs set started_at = started_at - interval '3 hours'`);
    // How long the retry took, and not what lies between.
    await world.ask('retry shelf', /shelf ready in (?!3 h)/, PATIENCE_MS);
    await world.ask('promote shelf', /promoted and ready/, PATIENCE_MS);
    await world.ask('schedule shelf verify every 30m', /drift is told here and in the session/);
    await world.ask('schedule shelf off', /not looked at by itself/);
    await world.ask('claim shelf', /holds it until/);
    await world.ask('extend shelf for 2h', /holds it until/);
    await world.ask('report', /Report: /);

    const answer = await fetch(`${world.app.url}/sessions/glue-day/report.json`);
    const { work, failures, timeline } = (await answer.json()) as Report;
    expect(work).toMatchObject([
      { kind: 'provision', runs: 1, attempts: 2, succeeded: 1, failed: 1, rate: 0.5 },
      { kind: 'promote', runs: 1, attempts: 1, succeeded: 1, rate: 1 },
    ]);
    const [admin] = timeline.filter(({ text }) => text.endsWith('starts glue-day'));
    const who = admin?.text.replace(' starts glue-day', '');
    expect(failures).toMatchObject([
      {
        kind: 'provision',
        state: 'failed',
        attempt: 1,
        where: 'glue@node',
        cause: expect.stringContaining('the shelf is glued'),
        retried: { by: who, state: 'succeeded' },
        mended: true,
      },
    ]);
    const told = timeline.filter(({ lane }) => lane === 'shelf').map(({ text }) => text);
    expect(told).toEqual([
      `${who}: provision shelf from stumble`,
      expect.stringMatching(/^provision failed: the shelf is glued/),
      `${who} retries: provision shelf from stumble`,
      expect.stringMatching(/^provision succeeded: /),
      `${who}: promote shelf`,
      expect.stringMatching(/^promote succeeded: /),
      `${who} has it verified every 30 min`,
      `${who} ends its schedule`,
      `${who} claims it`,
      expect.stringMatching(new RegExp(`^${who} extends it until \\d\\d:\\d\\d UTC$`)),
    ]);
    const page = await (await fetch(`${world.app.url}/sessions/glue-day/report.html`)).text();
    expect(page).toContain(`retried by ${who}: succeeded`);
  });
});
