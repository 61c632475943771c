import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packageRoot } from '../../bot/config/package-root.ts';
import { destroyLab } from '../../engine/providers/lab/lab.ts';
import { describeIf, needHost } from '../support/needs.ts';
import { needSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { openWorld, type World } from '../support/world.ts';

const sshd = await needSshd();
const MINUTE = 60_000;
const blueprints = [join(packageRoot(), 'blueprints')];

describeIf(needHost({ root: true }))('what is there, what changed, and what it should be', () => {
  let world: World;
  let database: pg.Client;
  const api = async (path: string) => (await fetch(`${world.app.url}${path}`)).json() as Promise<never>;
  const onNode = (script: string) => world.ask(`run demo -- ${script}`, /^demo: command done/, MINUTE);

  beforeAll(async () => {
    const cache = join(packageRoot(), '.cache', 'lab');
    const lab = { pool: 'lab', provider: 'lab', nodes: 3, cache, heavySlots: 2 } as const;
    world = await openWorld({ pools: [lab], blueprints });
    database = new pg.Client(world.database.connection);
    await database.connect();
    await world.ask('provision demo from hello', /^demo ready in/, 3 * MINUTE);
  }, 15 * MINUTE);
  afterAll(async () => {
    await database?.end();
    if (!world) return;
    await world.app.stop();
    await destroyLab(join(world.config.data, 'lab'));
    await world.close();
  }, 3 * MINUTE);

  /** The next scheduled look begins now. */
  const due = async () => {
    await database.query<{ state: string }>(`update schedules set next_at = now() - interval '3 hours'`);
    await database.query<{ state: string }>(`select pg_notify('deployday_schedules', '')`);
  };
  const scheduledRuns = async () => {
    const { rows } = await database.query<{ state: string }>(
      `select state from runs where detail ? 'scheduled' order by id`,
    );
    return rows.map(({ state }) => state);
  };
  const looked = (count: number) =>
    until(
      async () => {
        const states = await scheduledRuns();
        return states.length === count && states.every((state) => !/queued|running/.test(state));
      },
      { what: `${count} scheduled runs to end`, withinMs: 60_000 },
    );

  it('inspect tells what is there and what changed since it was last looked at', async () => {
    await world.ask('inspect demo', /^demo inspected: 1 node; nothing changed since .* topics: os, /, 60_000);
    await world.heard(/^node-1\s+\S.*in step/);
    await onNode('echo more >> "$HOME/hello/index.html"');
    await world.ask(
      'inspect demo',
      /^demo inspected: 1 node; 1 change since .*first: node-1, files .*index\.html.* all: diff demo run-\d/,
      60_000,
    );
    await world.ask('inspect demo/node-1 groups', /^demo inspected: groups/, 60_000);
  });

  it('diff goes by baseline, by run and by time, and the page has all of it', async () => {
    const said = await world.ask('diff demo', /^demo differs from baseline in 1 place/, 60_000);
    const run = /run=?s?\/(\d+)/.exec(said)?.[1] ?? '';
    expect(await api(`/api/runs/${run || 4}/differences`)).toMatchObject({ environment: 'demo' });
    await world.ask('diff demo run-1', /^demo differs from run-1 in 1 place/, 60_000);
    await world.ask('diff demo run-99', /run 99 did not look at demo/);
    await world.ask('diff demo 5d-ago', /nobody had looked at demo 5d ago.*first looked at/s);
    await database.query<{ state: string }>(`update facts set at = at - interval '3 hours' where run_id = 1`);
    await world.ask('diff demo 2h-ago', /^demo differs from 2h-ago in 1 place/, 60_000);
    await world.ask(
      'snapshot demo 2h-ago',
      /cannot be the name of a snapshot: diff takes it for a time or a run/,
    );
    expect(await api('/api/environments/demo/facts')).toMatchObject({
      environment: 'demo',
      nodes: { 'node-1': { clock: { offset: 'in step' } } },
    });
  });

  it('two environments of one blueprint do not differ', async () => {
    await world.ask('reset demo', /^demo reset to baseline/, 60_000);
    await world.ask('provision twin from hello', /^twin ready in/, 60_000);
    await world.ask('diff demo twin', /^demo does not differ from twin/, 60_000);
    await world.ask('destroy twin', /^twin destroyed/, 60_000);
  });

  it('promote takes what was verified after the last change, and nothing else', async () => {
    await onNode('echo new > "$HOME/hello/extra.txt"');
    await world.ask(
      'promote demo',
      /demo cannot become the baseline: it was changed after it was last verified: "run demo/,
    );
    await world.ask('verify demo', /^demo verified/, 60_000);
    await world.ask('promote demo', /^demo promoted and ready .*baseline\./, 60_000);
    await world.ask('diff demo', /^demo does not differ from baseline/, 60_000);
    await onNode('echo spoilt > "$HOME/hello/index.html"');
    await world.ask('verify demo', /^demo failed: verify/, 60_000);
    await world.ask('promote demo', /demo cannot become the baseline: its last verify failed/);
    await world.ask('reset demo', /^demo reset to baseline/, 60_000);
  });

  it('a schedule tells of drift once, of its end once, and is quiet otherwise', async () => {
    await world.ask('schedule demo', /^demo has no schedule/);
    await world.ask('schedule demo verify every 5s', /from every 1m to every 30d/);
    await world.ask('schedule demo verify every 30', /has no unit/);
    await world.ask('schedule demo verify every 30m', /^demo is verified every 30 min from now on/);
    await world.ask('verify demo', /^demo verified/, 60_000);
    await world.ask('promote demo', /^demo promoted/, 60_000);

    const before = world.said().lines.length;
    await due();
    await looked(1);
    // Three hours were missed, and one look made up for them.
    expect(await scheduledRuns()).toEqual(['succeeded']);

    await onNode('rm "$HOME/hello/index.html"');
    await due();
    await world.heard(
      /^demo has drifted: 1 check failed: the page says what it should; \d+ differences? from the baseline/,
      60_000,
    );
    await due();
    await looked(3);
    await world.ask('schedule demo', /^demo is verified every 30 min \(set by .*\); last .*: drift /);

    await world.ask('reset demo', /^demo reset to baseline/, 60_000);
    await due();
    await world.heard(/^demo has drifted|^demo verified again: the drift is gone/, 60_000);
    await due();
    await looked(5);
    const said = world.said().lines.slice(before).join('\n');
    expect(said.match(/has drifted/g)).toHaveLength(1);
    expect(said.match(/drift is gone/g)).toHaveLength(1);
    await world.ask('schedule demo off', /^demo is not looked at by itself any more/);
  });

  it('a schedule does not disturb a run that goes on', async () => {
    await world.ask('schedule demo verify every 1h', /^demo is verified every 1 h/);
    const count = (await scheduledRuns()).length;
    world.type('run demo -- sleep 300');
    await world.heard(/^demo: running the command/, 60_000);
    await due();
    await until(
      () => world.said().logged.some((line) => /schedule of demo: not this time: demo is busy/.test(line)),
      {
        what: 'the schedule to stand back',
        withinMs: 30_000,
      },
    );
    await world.ask('cancel demo', /^demo cancelled/, 60_000);
    expect(await scheduledRuns()).toHaveLength(count);
  });
});

describeIf(sshd)('where a pool keeps no disks', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ machines: 1, blueprints });
    await world.ask('provision demo from hello', /^demo ready in/, 3 * MINUTE);
  }, 5 * MINUTE);
  afterAll(() => world?.close());

  it(
    'a snapshot is something to compare with, and a baseline goes by the teardown steps',
    async () => {
      await world.ask(
        'snapshot demo lunch',
        /^demo snapshot lunch ready .*facts only.*compared with, not reset to/,
        MINUTE,
      );
      await world.ask('diff demo lunch', /^demo (does not differ|differs) from lunch/, MINUTE);
      await world.ask('reset demo to lunch', /cannot be reset to lunch: pool rack keeps no disks/);
      await world.ask('verify demo', /^demo verified/, MINUTE);
      await world.ask('promote demo', /^demo promoted and ready .*facts only.*teardown steps/, MINUTE);
      await world.ask('reset demo', /^demo reset to baseline/, MINUTE);
    },
    5 * MINUTE,
  );
});
