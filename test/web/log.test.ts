import { createHash } from 'node:crypto';
import http from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLineWriter } from '../../engine/line-writer.ts';
import { type SeededEnvironment, type SeededRun, seedEnvironment } from './support/seed.ts';
import { startServer, type TestServer } from './support/server.ts';

let server: TestServer;
let environment: SeededEnvironment;
let run: SeededRun | undefined;
beforeAll(async () => {
  server = await startServer();
  environment = await seedEnvironment(server.database, 'demo', { nodeNames: ['one', 'two'] });
});
afterAll(() => server.close());

/** A new run in which each node prints this. */
async function printed(outputs: Readonly<Record<string, Buffer>>): Promise<string> {
  await run?.end('succeeded', 'done', 'ready');
  const next = await environment.run();
  run = next;
  const writer = openLineWriter(server.database.db, next.hold, []);
  for (const [node, bytes] of Object.entries(outputs)) {
    const output = writer.open(next.tasks[`greet@${node}`] as number);
    for (let at = 0; at < bytes.length; at += 30_000) await output.write(bytes.subarray(at, at + 30_000), at);
    await output.end();
  }
  return `${server.url}/runs/${next.id}/log`;
}

const fetched = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());

test.each([
  ['no line feed at the end', Buffer.from('one\ntwo')],
  ['carriage returns', Buffer.from('10 %\r100 %\r\nnext\r\n')],
  ['NUL and bytes that are no text', Buffer.from('a\0b\n\xff\xfe\n\xc3', 'latin1')],
  ['colours', Buffer.from('\x1b[31mred\x1b[0m\n\x1b[0m')],
  ['a line of 1 MB', Buffer.from(`${'x'.repeat(1_000_000)}\nnext\n`)],
  ['empty lines', Buffer.from('\n\n\n')],
  ['nothing', Buffer.alloc(0)],
])('gives back exactly what a node printed: %s', async (_what, bytes) => {
  const url = await printed({ one: bytes });
  expect((await fetched(`${url}?node=one`)).equals(bytes)).toBe(true);
  expect((await fetched(`${url}?node=one&step=greet`)).equals(bytes)).toBe(true);
});

test('of several nodes: a name before each line, lines that have not ended kept apart', async () => {
  const url = await printed({ one: Buffer.from('a\r\nb'), two: Buffer.from('c\n\nd') });
  expect((await fetched(url)).toString()).toBe('one: a\r\none: b\ntwo: c\ntwo: \ntwo: d');
});

test('the tail counts lines, however long they are', async () => {
  const long = 'x'.repeat(200_000);
  const url = await printed({ one: Buffer.from(`first\n${long}\n\nlast\n`) });
  expect((await fetched(`${url}?node=one&tail=1`)).toString()).toBe('last\n');
  expect((await fetched(`${url}?node=one&tail=2`)).toString()).toBe('\nlast\n');
  expect((await fetched(`${url}?node=one&tail=3`)).toString()).toBe(`${long}\n\nlast\n`);
  expect((await fetched(`${url}?tail=2`)).toString()).toBe('one: \none: last\n');
});

test('is read only as fast as it is taken off, and a reader that goes away does no harm', async () => {
  const line = 'a line of the sort that installers print by the thousand\n';
  const bytes = Buffer.from(line.repeat(Math.ceil(40_000_000 / line.length)));
  const url = `${await printed({ one: bytes })}?node=one`;
  let queries = 0;
  server.database.pool.on('acquire', () => queries++);
  const costOf = async (path: string) => {
    const before = queries;
    await fetched(path);
    return queries - before;
  };
  const whole = await costOf(url);
  const little = await costOf(`${url}&tail=1`);
  expect(whole).toBeGreaterThan(35);

  // Nobody reads: soon nothing but our own small questions is asked.
  queries = 0;
  const response = await begun(url);
  let quiet = 0;
  for (let asked = 1; quiet < 20; asked++) {
    quiet = (await costOf(`${url}&tail=1`)) === little ? quiet + 1 : 0;
    expect(queries - asked * little).toBeLessThan(whole / 2);
  }
  const hash = createHash('sha256');
  for await (const chunk of response) hash.update(chunk as Buffer);
  expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));

  (await begun(url)).destroy();
  expect((await fetched(`${url}&tail=1`)).toString()).toBe(line);
});

/** The answer before any of its body has been read. */
function begun(url: string): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    http.get(url, { agent: false }, resolve).on('error', reject);
  });
}

test('a node or a step that the run does not have is no silence', async () => {
  const log = await printed({ one: Buffer.from('hi\n') });
  const answer = await fetch(`${log}?node=onne`);
  expect(answer.status).toBe(404);
  expect(await answer.text()).toMatch(/has no node "onne"; did you mean "one"\? It has: one, two/);
  const page = await fetch(`${log.replace('/runs/', '/api/runs/').replace(/log$/, 'output')}?step=nope`);
  expect(page.status).toBe(404);
  expect(await page.json()).toMatchObject({ error: 'not-found', hint: expect.stringContaining('greet') });
});

test('an address that is no UTF-8 is answered as every other mistake', async () => {
  const api = await fetch(`${server.url}/api/environments/%E2%82`);
  expect(api.status).toBe(400);
  expect(await api.json()).toMatchObject({ error: 'bad-request', message: expect.any(String) });
  const page = await fetch(`${server.url}/environments/%E2%82`);
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
});
