import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HoldLost } from '../../../db/runs.ts';
import { writeProgress } from '../../../db/tasks.ts';
import type { LineWriter, TaskOutput } from '../../../engine/line-writer.ts';
import { linesAfter } from '../../../engine/output/read-lines.ts';
import { OutputNotStored } from '../../../engine/output/store.ts';
import { until } from '../../support/until.ts';
import { type OutputRun, type OutputWorld, openOutputWorld } from './support.ts';

const nodes = Array.from({ length: 50 }, (_, i) => `n-${i + 1}`);
const MiB = 1024 * 1024;

let world: OutputWorld;
let run: OutputRun;
let writer: LineWriter;
let output: TaskOutput;
beforeAll(async () => {
  world = await openOutputWorld(nodes);
});
afterAll(() => world.close());

async function begin(secrets: readonly string[] = []): Promise<void> {
  run = await world.run();
  writer = run.writer(secrets);
  output = writer.open(run.tasks['n-1'] as number);
}

const shown = async () => (await linesAfter(world.database.db, run.id, 0, 10_000)).map(({ text }) => text);
const log = async () => (await run.log({ node: 'n-1' })).toString();

describe('what is stored', () => {
  it('is shown before the output has ended, line by line', async () => {
    await begin();
    output.write(Buffer.from('one\ntw'), 0);
    await until(async () => (await shown()).length > 0, { what: 'the first line' });
    expect(await shown()).toEqual(['one']);
    output.write(Buffer.from('o'), 6);
    await output.end();
    expect(await shown()).toEqual(['one', 'two']);
    expect(await log()).toBe('one\ntwo');
  });

  it('of another attempt does not go on in the last line of the one before', async () => {
    await begin();
    output.write(Buffer.from('first, unfinished'), 0);
    output.write(Buffer.from('second\n'), 0);
    output.note('about\nit');
    await output.end();
    expect(await log()).toBe('first, unfinished\nsecond\nabout\nit\n');
    expect(await run.offset('n-1')).toBe(7);
  });

  it('of an attempt that begins counts from its beginning, also before anything of it is stored', async () => {
    await begin();
    output.write(Buffer.from('of the first\n'), 0);
    await output.end();
    const first = await run.task('n-1');
    const { db } = world.database;
    await writeProgress(db, run.hold, [{ ...first, attempt: first.attempt, state: 'failed' }]);
    expect(await run.offset('n-1')).toBe(13);
    await writeProgress(db, run.hold, [{ ...first, attempt: first.attempt + 1, state: 'running' }]);
    expect(await run.offset('n-1')).toBe(0);
  });

  it('hides secrets in our own lines, too, which do not count as bytes of the node', async () => {
    await begin(['swordfish']);
    output.note('could not log in with swordfish');
    await output.end();
    expect(await log()).toBe('could not log in with ****\n');
    expect(await run.offset('n-1')).toBe(0);
  });

  it('a line in many rows reads as one: short, saying how much more there is', async () => {
    await begin();
    for (let at = 0; at < MiB; at += 50_000) {
      await output.write(Buffer.from('x'.repeat(Math.min(50_000, MiB - at))), at);
      await writer.flush();
    }
    output.write(Buffer.from('\nnext\n'), MiB);
    await output.end();
    expect(await shown()).toEqual([`${'x'.repeat(8192)} … (1040384 more characters)`, 'next']);
    expect(await log()).toBe(`${'x'.repeat(MiB)}\nnext\n`);
    expect((await run.log({ node: 'n-1', tail: 2 })).length).toBe(MiB + 6);
  });

  it('a progress bar reads as its last state, however long it went on', async () => {
    await begin();
    const states = Array.from({ length: 5000 }, (_, i) => `\r${'#'.repeat(i / 250)} ${i}`);
    for (const [i, state] of states.entries()) {
      await output.write(Buffer.from(state), states.slice(0, i).join('').length);
      if (i % 1000 === 0) await writer.flush();
    }
    await output.end();
    expect(await shown()).toEqual([`${'#'.repeat(19)} 4999`]);
    expect(await log()).toBe(states.join(''));
  });

  it('many tasks that end at once cost few transactions', async () => {
    await begin();
    await Promise.all(
      nodes.map(async (node) => {
        const one = writer.open(run.tasks[node] as number);
        one.write(Buffer.from(`hello from ${node}\n`), 0);
        await turn();
        await one.end();
      }),
    );
    const { rows } = await world.database.pool.query(
      'select count(distinct xmin::text)::int as transactions, count(*)::int as n from output where run_id = $1',
      [run.id],
    );
    expect(rows[0].n).toBe(nodes.length);
    expect(rows[0].transactions).toBeLessThan(6);
  });
});

describe('the last line', () => {
  it.each([
    ['one\ntwo\n', 'two'],
    ['one\ntwo', 'two'],
    [`one\n${'\n'.repeat(20_000)}`, 'one'],
    ['10 %\r\x1b[32m100 %\x1b[0m\n \n', '100 %'],
    ['password swordfish\n', 'password ****'],
    [Buffer.from('\xff\0 odd', 'latin1'), '\ufffd\ufffd odd'],
    ['', ''],
  ])('%#', async (printed, last) => {
    await begin(['swordfish']);
    output.write(Buffer.from(printed), 0);
    await output.end();
    expect(output.lastLine).toBe(last);
  });
});

describe('the last line that an earlier process stored', () => {
  it('is told by one that takes over and finds nothing after it', async () => {
    await begin();
    output.write(Buffer.from('the reason\n\n'), 0);
    await output.end();
    const second = (await run.takeOver()).open(run.tasks['n-1'] as number, await run.offset('n-1'));
    await second.end();
    expect(second.lastLine).toBe('the reason');
  });
});

describe('when storing is slow or impossible', () => {
  it('asks to wait when 4 MiB are not stored yet, and goes on when they are', async () => {
    await begin();
    const blocker = await world.database.pool.connect();
    await blocker.query('begin');
    await blocker.query('select 1 from runs where id = $1 for update', [run.id]);
    const chunk = Buffer.from('0123456789abcde\n'.repeat(2048));
    let at = 0;
    let wait: Promise<void> | undefined;
    while (!wait) {
      wait = output.write(chunk, at);
      at += chunk.length;
      expect(at).toBeLessThan(5 * MiB);
    }
    expect(at).toBeGreaterThanOrEqual(4 * MiB);
    expect(output.write(chunk, at)).toBeInstanceOf(Promise);
    await blocker.query('commit');
    blocker.release();
    await wait;
    await output.end();
    expect((await log()).length).toBe(at + chunk.length);
  });

  it('a writer that has lost its hold writes nothing more, and says so', async () => {
    await begin();
    output.write(Buffer.from('before\n'), 0);
    await writer.flush();
    const other = await run.takeOver();
    output.write(Buffer.from('after\n'), 7);
    await expect(output.end()).rejects.toThrow(HoldLost);
    expect(() => output.write(Buffer.from('more\n'), 13)).toThrow(HoldLost);
    await expect(writer.flush()).rejects.toThrow(HoldLost);
    const rest = other.open(run.tasks['n-1'] as number);
    rest.write(Buffer.from('after\n'), 7);
    await rest.end();
    expect(await log()).toBe('before\nafter\n');
  });

  it('a database that goes away is told as such, and what is stored by then counts', async () => {
    await begin();
    output.write(Buffer.from('before\n'), 0);
    await writer.flush();
    const { pool } = world.database;
    const blocker = await pool.connect();
    await blocker.query('begin');
    await blocker.query('select 1 from runs where id = $1 for update', [run.id]);
    output.write(Buffer.from('after\n'), 7);
    const ended = output.end();
    const waits =
      "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    const pid = await until(async () => (await pool.query(waits)).rows[0]?.pid, { what: 'the transaction' });
    await pool.query('select pg_terminate_backend($1)', [pid]);
    await expect(ended).rejects.toThrow(OutputNotStored);
    await blocker.query('commit');
    blocker.release();
    expect(await log()).toBe('before\n');
    expect(await run.offset('n-1')).toBe(7);
  });

  it('what a database that is full says of that is told, and not the output that it did not take', async () => {
    await begin();
    const { pool } = world.database;
    await pool.query("alter table output add constraint refused check (text not like 'much %')");
    output.write(Buffer.from('much of it\n'), 0);
    const error = await output.end().then(
      () => null,
      (reason: Error) => reason,
    );
    await pool.query('alter table output drop constraint refused');
    expect(error).toBeInstanceOf(OutputNotStored);
    expect(error?.message).toMatch(/could not be stored: .* violates check constraint/);
    expect(error?.message).not.toContain('much of it');
  });

  it('who waits for room goes on when storing has failed, to be told', async () => {
    await begin();
    await run.takeOver();
    const blocker = await world.database.pool.connect();
    await blocker.query('begin');
    await blocker.query('select 1 from runs where id = $1 for update', [run.id]);
    await output.write(Buffer.alloc(3 * MiB, 'x\n'), 0);
    const wait = output.write(Buffer.alloc(3 * MiB, 'x\n'), 3 * MiB);
    expect(wait).toBeInstanceOf(Promise);
    await blocker.query('commit');
    blocker.release();
    await wait;
    expect(() => output.write(Buffer.from('x\n'), 6 * MiB)).toThrow(HoldLost);
  });
});
