import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '../../db/client.ts';
import { sessionNamed } from '../../db/day.ts';
import { toPng } from '../../pictures/png.ts';
import { timeline } from '../../pictures/timeline.ts';
import { readFacts } from '../../sessions/report/facts.ts';
import { asHtml } from '../../sessions/report/html.ts';
import { entriesOf, makeReport } from '../../sessions/report/make.ts';
import { asMarkdown, PICTURE } from '../../sessions/report/markdown.ts';
import type { DayClock } from './clock.ts';
import { MORNING } from './plan.ts';
import type { Stage } from './stage.ts';

/** Writes the report of a day that is over into a folder, in all its forms, as the page gives it. */
export function writeReport(folder: string) {
  return async ({ database, clock }: Stage, name: string): Promise<void> => {
    await database.query(onTheDaysClock(clock));
    await database.query(RUNS_AS_LONG_AS_THEY_TOOK);
    const own = openDatabase(database.url);
    try {
      const session = await sessionNamed(own.db, name, null);
      if (!session) throw new Error(`there is no session ${name}`);
      const now = session.endedAt ?? new Date(clock.now());
      const read = await readFacts(own.db, session, now);
      const facts = { ...read, events: read.events.toSorted((a, b) => a.at.getTime() - b.at.getTime()) };
      const report = makeReport(facts);
      const drawn = timeline({ title: session.name, entries: entriesOf(facts, report) }, now.getTime());
      await mkdir(folder, { recursive: true });
      const write = (file: string, content: string | Buffer) => writeFile(join(folder, file), content);
      await write('report.md', asMarkdown(report));
      await write('report.html', asHtml(report));
      await write('report.json', `${JSON.stringify(report, null, 1)}\n`);
      await write(PICTURE, drawn.svg);
      await write(PICTURE.replace('.svg', '.png'), await toPng(drawn));
    } finally {
      await own.close();
    }
  };
}

/**
 * The database has told its own time all day, which took seconds: what it wrote down happened when the day's clock says.
 * Its triggers stay off: they watch over what people do, and the day is over.
 */
function onTheDaysClock({ jumps }: DayClock): string {
  const rows = jumps.map(({ real, day }) => `(to_timestamp(${real / 1000}), to_timestamp(${day / 1000}))`);
  return `
    create table watch.clock as select * from (values ${rows.join(', ')}) as jumps (real, day);
    create table watch.real as select id, at from public.events;
    create function watch.day(at timestamptz) returns timestamptz language sql as $$
      select coalesce((select day + (at - real) from watch.clock where real <= at order by real desc limit 1), at) $$;
    do $$
    declare found record;
    begin
      for found in select table_name as name from information_schema.tables
        where table_schema = 'public' and table_type = 'BASE TABLE'
      loop
        execute format('alter table public.%I disable trigger user', found.name);
      end loop;
      for found in select table_name as name, column_name as of from information_schema.columns
        where table_schema = 'public' and data_type = 'timestamp with time zone'
      loop
        execute format('update public.%I set %I = watch.day(%I) where %I < %L',
          found.name, found.of, found.of, found.of, to_timestamp(${MORNING / 1000 - 86_400}));
      end loop;
    end $$;`;
}

/**
 * The day's clock has jumped while runs went on, which took what they took. Each try of a run ends as long after its beginning as it
 * did. All else happened when the clock says, in the order in which it was committed.
 */
const RUNS_AS_LONG_AS_THEY_TOOK = `
  create table watch.ordered as
    select id, max(at) over (order by id) as at from public.events;
  update public.events e set at = o.at from watch.ordered o where o.id = e.id;
  create table watch.ends as
    select e.id, e.run_id, b.at + (e_real.at - b_real.at) as at from public.events e
    join lateral (
      select id, at from public.events f
      where f.run_id = e.run_id and f.id < e.id and f.kind in ('run.queued', 'run.retried', 'task.resolved')
      order by f.id desc limit 1) b on true
    join watch.real e_real on e_real.id = e.id
    join watch.real b_real on b_real.id = b.id
    where e.kind in ('run.ended', 'run.cancel-requested');
  update public.events e set at = w.at from watch.ends w where w.id = e.id;
  delete from watch.ends w using public.events e where e.id = w.id and e.kind <> 'run.ended';
  update public.runs r set
    started_at = coalesce(q.at, r.created_at),
    created_at = coalesce(q.at, r.created_at),
    ended_at = coalesce(w.at, r.ended_at)
  from public.runs same
  left join lateral (select at from public.events where run_id = same.id and kind = 'run.queued' order by id limit 1) q on true
  left join lateral (select at from watch.ends where run_id = same.id order by id desc limit 1) w on true
  where same.id = r.id;`;
