import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SeededRun, seedEnvironment } from './support/seed.ts';
import { startServer, type TestServer } from './support/server.ts';

let server: TestServer;
let run: SeededRun;

beforeAll(async () => {
  server = await startServer({
    outcome: async (id) =>
      id === run.id
        ? {
            text: 'demo differs from baseline in 1 place',
            blocks: [
              { type: 'table', columns: ['what', 'now'], rows: [['motd', '\x1b[31mred\x1b[0m <b>']] },
              { type: 'code', text: 'one\n\x1b[2Jtwo' },
              { type: 'picture', picture: 'run/1/gantt', alt: 'when' },
            ],
          }
        : null,
  });
  const demo = await seedEnvironment(server.database, 'demo');
  run = await demo.run();
});
afterAll(() => server.close());

const json = async (path: string) => (await fetch(server.url + path)).json();

test('what the chat was told, for tables of the page: plain text, without pictures', async () => {
  expect(await json(`/api/runs/${run.id}/outcome`)).toEqual({
    outcome: {
      text: 'demo differs from baseline in 1 place',
      blocks: [
        { type: 'table', columns: ['what', 'now'], rows: [['motd', 'red <b>']] },
        { type: 'code', text: expect.stringMatching(/^one\n.*two$/) },
      ],
    },
  });
  expect(await json('/api/runs/4711/outcome')).toMatchObject({ error: 'not-found' });
});
