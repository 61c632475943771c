import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appendOutput } from '../../db/output.ts';
import { until } from '../support/until.ts';
import { seedEnvironment } from './support/seed.ts';
import { startServer, type TestServer } from './support/server.ts';
import { openSse, type SseClient } from './support/sse.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ streamTimes: { beatMs: 200, lookMs: 60_000 } });
});
afterAll(() => server.close());

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => `line ${from + at}`);
const texts = (...clients: SseClient[]) =>
  clients.flatMap((client) => client.lines().map((line) => line.text));
const withLine = (text: string) => (message: { event: string; data: unknown }) =>
  message.event === 'output' && (message.data as { text: string }[]).some((line) => line.text === text);
const ofKind = (event: string) => (message: { event: string }) => message.event === event;

async function newRun(name: string, nodeNames = ['node']) {
  const environment = await seedEnvironment(server.database, name, { nodeNames });
  return { environment, run: await environment.run() };
}

describe('the stream of a run', () => {
  test('begins with the run, sends the lines that are there, then those that come', async () => {
    const { run } = await newRun('first');
    await run.print('greet@node', ...numbered(1, 1200));
    const client = await openSse(`${server.url}/api/runs/${run.id}/stream`);
    await client.until(withLine('line 1200'));
    // On a busy machine a heartbeat may come before the first rows were read.
    expect(client.messages.find(({ event }) => event !== 'beat')).toMatchObject({
      event: 'run',
      id: null,
      data: { id: run.id, state: 'running' },
    });
    await run.print('greet@node', ...numbered(1201, 1203));
    await client.until(withLine('line 1203'));
    expect(texts(client)).toEqual(numbered(1, 1203));
    expect(client.lines()[0]).toMatchObject({ node: 'node', step: 'greet' });
    expect(client.lastId()).toBe(client.lines().at(-1)?.id);
    client.close();
  });

  test('gathers what comes at once into few messages', async () => {
    const { run } = await newRun('gather');
    const client = await openSse(`${server.url}/api/runs/${run.id}/stream`);
    await client.until(ofKind('run'));
    const started = performance.now();
    for (const text of numbered(1, 200)) await run.print('greet@node', text);
    await client.until(withLine('line 200'));
    const flushes = (performance.now() - started) / 50 + 2;
    expect(texts(client)).toEqual(numbered(1, 200));
    expect(client.messages.filter(ofKind('output')).length).toBeLessThan(flushes);
    client.close();
  });

  test('goes on after Last-Event-ID, or after=, with no line missed or doubled', async () => {
    const { run } = await newRun('resume');
    await run.print('greet@node', ...numbered(1, 700));
    const before = await openSse(`${server.url}/api/runs/${run.id}/stream`);
    await before.until(withLine('line 700'));
    before.close();
    await run.print('greet@node', ...numbered(701, 900));
    // The header goes before the address, which a browser repeats as it was.
    const after = await openSse(`${server.url}/api/runs/${run.id}/stream?after=0`, {
      'last-event-id': String(before.lastId()),
    });
    await after.until(withLine('line 900'));
    expect(texts(before, after)).toEqual(numbered(1, 900));
    const third = await openSse(`${server.url}/api/runs/${run.id}/stream?after=${after.lastId()}`);
    await run.print('greet@node', 'line 901');
    await third.until(withLine('line 901'));
    expect(texts(third)).toEqual(['line 901']);
    after.close();
    third.close();
  });

  test('many viewers that come while lines are written all get every line once', async () => {
    const { run } = await newRun('crowd');
    const clients: SseClient[] = [];
    for (let at = 1; at <= 60; at++) {
      await run.print('greet@node', ...numbered(at * 20 - 19, at * 20));
      if (at % 3 === 0) clients.push(await openSse(`${server.url}/api/runs/${run.id}/stream`));
    }
    await Promise.all(clients.map((client) => client.until(withLine('line 1200'))));
    for (const client of clients) {
      expect(texts(client)).toEqual(numbered(1, 1200));
      client.close();
    }
  });

  test('of two writers at once, the one that commits late is not missed', async () => {
    const { run } = await newRun('writers', ['one', 'two']);
    const { db, pool } = server.database;
    const client = await openSse(`${server.url}/api/runs/${run.id}/stream`);
    await client.until(ofKind('run'));
    const batch = (task: string, text: string) => [
      {
        taskId: run.tasks[task] as number,
        rows: [{ text: Buffer.from(text), raw: null, ends: true }],
        offset: 0,
      },
    ];
    let second: Promise<void> | undefined;
    let done = false;
    await db.transaction(async (tx) => {
      await appendOutput(tx, run.hold, batch('greet@one', 'early id'));
      second = appendOutput(db, run.hold, batch('greet@two', 'late id'));
      second = second.then(() => {
        done = true;
      });
      const waits = 'select 1 from pg_locks where not granted';
      await until(async () => done || (await pool.query(waits)).rowCount, { what: 'the second writer' });
    });
    await second;
    await client.until(withLine('late id'));
    expect(texts(client)).toEqual(['early id', 'late id']);
    client.close();
  });

  test('survives a restart of the server without a line missed or doubled', async () => {
    const { run } = await newRun('restart');
    await run.print('greet@node', ...numbered(1, 50));
    const before = await openSse(`${server.url}/api/runs/${run.id}/stream`);
    await before.until(withLine('line 50'));
    await server.stop();
    await before.closed;
    await run.print('greet@node', ...numbered(51, 80));
    await server.start();
    const after = await openSse(`${server.url}/api/runs/${run.id}/stream`, {
      'last-event-id': String(before.lastId()),
    });
    await run.print('greet@node', ...numbered(81, 90));
    await after.until(withLine('line 90'));
    expect(texts(before, after)).toEqual(numbered(1, 90));
    after.close();
  });

  test('tells which tasks changed, and how the run ended, last of all', async () => {
    const { run } = await newRun('ending', ['one', 'two']);
    const client = await openSse(`${server.url}/api/runs/${run.id}/stream`);
    await client.until(ofKind('run'));
    await run.change('greet@two', { state: 'running', startedAt: new Date() });
    const changed = await client.until(ofKind('tasks'));
    expect(changed.data).toMatchObject([{ node: 'two', step: 'greet', state: 'running' }]);
    await run.print('greet@two', 'the last word');
    await run.end('failed', 'two said no', 'failed');
    await client.closed;
    expect(client.messages.findLast(ofKind('head'))?.data).toMatchObject({
      state: 'failed',
      summary: 'two said no',
    });
    expect(client.messages.at(-1)?.event).toBe('end');
    expect(texts(client)).toEqual(['the last word']);
    const late = await openSse(`${server.url}/api/runs/${run.id}/stream`);
    await late.closed;
    const told = late.messages.map(({ event }) => event).filter((event) => event !== 'beat');
    expect(told).toEqual(['run', 'output', 'end']);
  });

  test('shows that it is alive while nothing happens', async () => {
    const { run } = await newRun('silent');
    const client = await openSse(`${server.url}/api/runs/${run.id}/stream`);
    await client.until(ofKind('beat'));
    client.close();
  });

  test('drops a viewer that takes nothing off, which comes back and misses nothing; others go on', async () => {
    const { run } = await newRun('slow');
    const slow = await openSse(`${server.url}/api/runs/${run.id}/stream`);
    const quick = await openSse(`${server.url}/api/runs/${run.id}/stream`);
    await slow.until(ofKind('run'));
    await quick.until(ofKind('run'));
    slow.pause();
    const wide = 'x'.repeat(7000);
    let printed = 0;
    const dropped = async () =>
      /deployday_stream_dropped_total [1-9]/.test(await (await fetch(`${server.url}/metrics`)).text());
    while (!(await dropped())) {
      await run.print('greet@node', ...numbered(printed + 1, printed + 200).map((text) => `${text} ${wide}`));
      printed += 200;
      expect(printed).toBeLessThan(20_000);
    }
    await run.print('greet@node', 'line last');
    await quick.until(withLine('line last'));
    expect(quick.lines()).toHaveLength(printed + 1);
    quick.close();
    slow.close();
    const back = await openSse(`${server.url}/api/runs/${run.id}/stream`, {
      'last-event-id': String(slow.lastId() ?? 0),
    });
    await back.until(withLine('line last'));
    expect(texts(slow, back)).toEqual(texts(quick));
    back.close();
  });

  test('a position that is no number is refused by name; one from another database does not hang', async () => {
    const { run } = await newRun('position');
    await run.print('greet@node', 'old');
    const wrong = await fetch(`${server.url}/api/runs/${run.id}/stream`, {
      headers: { 'last-event-id': 'abc' },
    });
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({ error: 'bad-input', key: 'Last-Event-ID' });
    const beyond = await openSse(`${server.url}/api/runs/${run.id}/stream?after=999999999`);
    await beyond.until(ofKind('beat'));
    await run.print('greet@node', 'new');
    await beyond.until(withLine('new'));
    expect(texts(beyond)).toEqual(['new']);
    beyond.close();
    expect((await fetch(`${server.url}/api/runs/999999/stream`)).status).toBe(404);
  });
});

describe('the stream of events', () => {
  test('tells from now on, and after an id without gap', async () => {
    const { environment, run } = await newRun('events');
    const client = await openSse(`${server.url}/api/stream`);
    await client.until(ofKind('beat'));
    await environment.setState('ready');
    const first = await client.until(ofKind('event'));
    expect(first.data).toMatchObject({ kind: 'environment.state', environment: 'events', run: null });
    client.close();
    await environment.setState('resetting');
    await run.end('succeeded', 'done', 'ready');
    const back = await openSse(`${server.url}/api/stream`, { 'last-event-id': String(first.id) });
    await back.until(({ data }) => (data as { kind: string }).kind === 'run.ended');
    const told = back.messages.filter(ofKind('event')).map(({ data }) => (data as { kind: string }).kind);
    expect(told).toEqual(['environment.state', 'run.ended']);
    back.close();
  });
});

test('lines are found without a notice, too', async () => {
  const deaf = await startServer({ listenEvents: () => () => {}, streamTimes: { lookMs: 100 } });
  try {
    const environment = await seedEnvironment(deaf.database, 'deaf');
    const run = await environment.run();
    const client = await openSse(`${deaf.url}/api/runs/${run.id}/stream`);
    await client.until(ofKind('run'));
    await run.print('greet@node', 'unheard');
    await client.until(withLine('unheard'));
    client.close();
  } finally {
    await deaf.close();
  }
});
