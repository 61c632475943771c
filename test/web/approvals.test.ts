import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertApproval } from '../../db/approvals.ts';
import { personOf } from '../../db/people.ts';
import { seedEnvironment } from './support/seed.ts';
import { startServer, type TestServer } from './support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

test('all of what an approval is asked for is a text of its own', async () => {
  const { db } = server.database;
  const environment = await seedEnvironment(server.database, 'demo');
  const person = await personOf(db, 'irc:lab/alice', 'alice');
  const command = `run demo -- echo ${'a'.repeat(4_000)}; rm -rf /srv`;
  const { id } = await insertApproval(db, {
    environmentId: environment.id,
    personId: person.id,
    identity: 'irc:lab/alice',
    channel: 'irc:lab/#day',
    command,
    request: {},
    why: 'the configuration wants run of demo approved',
    preview: { kind: 'exec', nodes: ['node'], steps: [{ title: command, nodes: 1, destructive: false }] },
    digest: 'd',
    needed: 1,
    role: 'operator',
    askedAt: new Date(),
    expiresAt: new Date(Date.now() + 60_000),
  });
  const answer = await fetch(`${server.url}/approvals/${id}`);
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(await answer.text()).toContain(`What alice wants, on demo:\n  ${command}\n`);
  const none = await fetch(`${server.url}/approvals/${id + 1}`);
  expect([none.status, await none.text()]).toEqual([404, expect.stringMatching(/There is no approval/)]);
});
