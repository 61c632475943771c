import { afterAll, beforeAll, expect, test } from 'vitest';
import { endSession, insertSession } from '../../db/sessions.ts';
import { type SeededRun, seedEnvironment } from './support/seed.ts';
import { startServer, type TestServer } from './support/server.ts';

let server: TestServer;
let run: SeededRun;

beforeAll(async () => {
  server = await startServer();
  const demo = await seedEnvironment(server.database, 'demo', { nodeNames: ['controller', 'compute-1'] });
  run = await demo.run({ steps: { base: '<b>Base</b> packages', greet: 'Greet' } });
  await run.change('base@controller', { state: 'failed', startedAt: new Date(), endedAt: new Date() });
});
afterAll(() => server.close());

const get = (path: string) => fetch(server.url + path);

test.each(['gantt', 'board'])('the %s of a run, as SVG and as PNG', async (what) => {
  const svg = await get(`/runs/${run.id}/${what}.svg`);
  expect(svg.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
  const text = await svg.text();
  expect(text).toContain('&lt;b&gt;Base&lt;/b&gt; packages');
  expect(text).toContain('demo · provision');
  const png = await get(`/runs/${run.id}/${what}.png`);
  expect(png.headers.get('content-type')).toBe('image/png');
  expect(
    Buffer.from(await png.arrayBuffer())
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
});

test('what is not there is told in a line', async () => {
  const answer = await get('/runs/4711/gantt.png');
  expect(answer.status).toBe(404);
  expect(await answer.text()).toMatch(/^There is no run 4711\./);
  expect((await get(`/runs/${run.id}/nonsense.png`)).status).toBe(404);
});

test('the timeline of a session, while it goes on and when it is over', async () => {
  const { db } = server.database;
  const { id } = await insertSession(db, 'essex.day <3', null);
  const address = encodeURIComponent('essex.day <3');
  const svg = await get(`/sessions/${address}/timeline.svg`);
  expect(svg.status).toBe(200);
  expect(await svg.text()).toContain('essex.day &lt;3');
  await endSession(db, id, null);
  const png = await get(`/sessions/${address}.${id}/timeline.png`);
  expect(png.headers.get('content-type')).toBe('image/png');
  expect((await get('/sessions/nonsense/timeline.png')).status).toBe(404);
});

test('the timeline of a session that is over stands beside its report, until there is another of that name', async () => {
  const { db } = server.database;
  const { id } = await insertSession(db, 'over', null);
  await endSession(db, id, null);
  for (const address of ['over', `over.${id}`]) {
    const answer = await get(`/sessions/${address}/timeline.svg`);
    expect([address, answer.status]).toEqual([address, 200]);
    expect(await answer.text()).toContain('over');
    expect((await get(`/sessions/${address}/report.md`)).status).toBe(200);
  }
  expect((await get(`/sessions/another.${id}/timeline.svg`)).status).toBe(404);
});
