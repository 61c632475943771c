import http from 'node:http';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../db/client.ts';
import { insertFacts } from '../../db/facts.ts';
import { updateRun } from '../../db/runs.ts';
import { insertSession } from '../../db/sessions.ts';
import { type SeededRun, seedEnvironment } from './support/seed.ts';
import { startServer, type TestServer } from './support/server.ts';

let server: TestServer;
let run: SeededRun;

beforeAll(async () => {
  server = await startServer();
  const demo = await seedEnvironment(server.database, 'demo', { nodeNames: ['controller', 'compute-1'] });
  run = await demo.run({ steps: { base: 'Base packages', greet: 'Greet' } });
  await run.print('base@controller', 'one', '\x1b[31mtwo\x1b[0m', '<script>alert(1)</script>');
  await run.print('base@compute-1', 'three', 'x'.repeat(10_000));
  await run.change('base@controller', {
    state: 'failed',
    exitCode: 3,
    detail: 'no such package',
    endedAt: new Date(),
  });
  await run.end('failed', 'demo failed: Base packages said no on controller', 'failed');
  await insertSession(server.database.db, 'demo', null);
  await seedEnvironment(server.database, 'essex-day', { blueprint: 'essex', state: 'ready' });
});
afterAll(() => server.close());

const get = (path: string) => fetch(server.url + path);
const json = async (path: string) => (await (await get(path)).json()) as never;

/** With a Host header of one's own, which fetch does not allow. */
function getAs(
  host: string,
  path = '/api/environments',
  method = 'GET',
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      server.url + path,
      { method, headers: { host }, agent: false },
      (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    request.on('error', reject).end();
  });
}

describe('what it tells', () => {
  test('an environment, its nodes, runs and parameters; never a secret', async () => {
    const text = await (await get('/api/environments/demo')).text();
    expect(JSON.parse(text)).toMatchObject({
      name: 'demo',
      blueprint: 'hello',
      state: 'failed',
      pool: 'lab',
      link: 'http://deployday.example:8080/environments/demo',
      params: { size: 'mini' },
      nodes: [
        { name: 'controller', role: 'controller', address: expect.stringMatching(/^10\./), state: 'up' },
        { name: 'compute-1', role: 'compute', state: 'up' },
      ],
      mayBeRepaired: false,
      runs: [{ id: run.id, state: 'failed', tasks: { failed: 1, waiting: 3 } }],
    });
    expect(text).not.toMatch(/correct-horse|admin_password|secrets/);
  });

  test('all environments by name, with their last run', async () => {
    const { environments } = (await json('/api/environments')) as {
      environments: { name: string; lastRun: unknown }[];
    };
    expect(environments.map(({ name }) => name)).toEqual(['demo', 'essex-day']);
    expect(environments[0]?.lastRun).toMatchObject({
      id: run.id,
      summary: expect.stringContaining('said no'),
    });
    expect(environments[1]?.lastRun).toBeNull();
  });

  test('a run with its tasks in order', async () => {
    const answer = (await json(`/api/runs/${run.id}`)) as { tasks: { step: string; node: string }[] };
    expect(answer.tasks.map(({ step, node }) => `${step}@${node}`)).toEqual(Object.keys(run.tasks));
    expect(answer.tasks[0]).toMatchObject({ state: 'failed', exitCode: 3, detail: 'no such package' });
  });

  test('output in pages, filtered, as plain text, with overlong lines cut', async () => {
    type Page = { lines: { id: number; text: string }[]; after: number; more: boolean };
    const seen: string[] = [];
    let page: Page = { lines: [], after: 0, more: true };
    while (page.more) {
      page = await json(`/api/runs/${run.id}/output?limit=2&after=${page.after}`);
      expect(page.lines.length).toBeLessThanOrEqual(2);
      seen.push(...page.lines.map(({ text }) => text));
    }
    expect(seen.slice(0, 4)).toEqual(['one', 'two', '<script>alert(1)</script>', 'three']);
    expect(seen[4]).toMatch(/^x{8192} … \(1808 more characters\)$/);
    const filtered = (await json(`/api/runs/${run.id}/output?node=controller&tail=2`)) as Page;
    expect(filtered.lines.map(({ text }) => text)).toEqual(['two', '<script>alert(1)</script>']);
    // Nothing that passes the filter follows, so the next question starts after everything there is.
    expect(filtered.after).toBe(page.after);
  });

  test('the log as text', async () => {
    const whole = await get(`/runs/${run.id}/log`);
    expect(whole.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(whole.headers.get('x-content-type-options')).toBe('nosniff');
    const long = 'x'.repeat(10_000);
    expect(await whole.text()).toBe(
      [
        'controller: one',
        'controller: \x1b[31mtwo\x1b[0m',
        'controller: <script>alert(1)</script>',
        'compute-1: three',
        `compute-1: ${long}\n`,
      ].join('\n'),
    );
    expect(await (await get(`/runs/${run.id}/log?node=controller&step=base&tail=2`)).text()).toBe(
      '\x1b[31mtwo\x1b[0m\n<script>alert(1)</script>\n',
    );
  });

  test('what a comparison found, and what is there, without control characters', async () => {
    const odd = await seedEnvironment(server.database, 'odd');
    const compared = await odd.run({ kind: 'diff' });
    const { db } = server.database;
    const name = '/etc/a\nb\tü\u001b[31mred';
    const shown = '/etc/a b üred';
    const difference = {
      node: 'node',
      topic: 'files',
      key: name,
      left: null,
      right: '-> \u0007x',
      weight: 1,
    };
    await db.transaction(async (tx) => {
      await updateRun(tx, compared.hold, { result: [difference] });
      await insertFacts(tx, compared.hold, {
        environmentId: odd.id,
        node: 'node',
        address: null,
        facts: { files: { [name]: '-> \u0007x' } },
      });
    });
    expect(await json(`/api/runs/${compared.id}/differences`)).toMatchObject({
      differences: [{ ...difference, key: shown, right: '-> x' }],
    });
    expect(await json('/api/environments/odd/facts')).toMatchObject({
      nodes: { node: { files: { [shown]: '-> x' } } },
    });
  });

  test('how it is', async () => {
    expect(await json('/healthz')).toEqual({ status: 'ok', version: '1.2.3' });
    expect(await json('/readyz')).toEqual({ status: 'ready', version: '1.2.3' });
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toContain('deployday_runs{state="failed"} 1');
    expect(metrics).toMatch(
      /deployday_http_request_seconds_count\{route="\/api\/environments\/:name",status="200"\} [1-9]/,
    );
    expect(metrics).toMatch(/deployday_event_loop_lag_seconds\{quantile="0.99"\} \d/);
  });
});

describe('the OpenAPI document', () => {
  test('describes every answer as it is', async () => {
    const document = (await json('/api/openapi.json')) as {
      openapi: string;
      paths: Record<
        string,
        { get: { responses: Record<string, { content: Record<string, { schema: object }> }> } }
      >;
    };
    expect(document.openapi).toBe('3.1.0');
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const real: Record<string, string> = { '{name}': 'demo', '{id}': String(run.id) };
    let checked = 0;
    for (const [path, { get: operation }] of Object.entries(document.paths)) {
      const schema = operation.responses[200]?.content['application/json']?.schema;
      if (!schema) continue;
      const answer = await json(path.replace(/\{\w+\}/g, (key) => real[key] as string));
      const valid = ajv.validate(closed(schema), answer);
      expect(valid, `${path}: ${ajv.errorsText()}`).toBe(true);
      checked++;
    }
    expect(checked).toBeGreaterThanOrEqual(9);
    expect(Object.keys(document.paths)).toContain('/api/runs/{id}/stream');
  });
});

/** The schema with no room for keys that it does not name. */
function closed(schema: unknown): object {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    value?.type === 'object' && value.properties && key !== 'properties'
      ? { ...value, additionalProperties: false }
      : value,
  );
}

describe('what it refuses', () => {
  test.each([
    [() => `/api/runs/${run.id}/output?limit=0`, 400, 'limit', /limit: must be 1 or more/],
    [
      () => `/api/runs/${run.id}/output?after=-1`,
      400,
      'after',
      /must be a whole number of at most 15 digits, without a sign \(it is "-1"\)/,
    ],
    [() => `/api/runs/${run.id}/output?after=1&after=2`, 400, 'after', /after: /],
    [() => `/api/runs/${run.id}/output?tial=5`, 400, 'tial', /did you mean "tail"\?/],
    [() => '/api/runs/abc', 400, 'id', /id: must be a whole number/],
    [() => '/api/runs/99999999999', 400, 'id', /must be 2147483647 or less/],
    [() => '/api/environments/a%00b', 400, 'name', /must not contain NUL/],
    [() => '/api/environments/demmo', 404, undefined, /There is no environment "demmo"/],
    [() => '/api/runs/4711', 404, undefined, /There is no run 4711/],
    [() => '/api/nothing', 404, undefined, /There is nothing at \/api\/nothing/],
  ])('%#: %s', async (path, status, key, message) => {
    const response = await get(path());
    expect(response.status).toBe(status);
    const body = (await response.json()) as { message: string; hint: string; key?: string };
    expect(body.message).toMatch(message);
    expect(body.hint).not.toBe('');
    expect(body.key).toBe(key);
  });

  test('an unknown name with the nearest one', async () => {
    expect(await json('/api/environments/demmo')).toMatchObject({
      hint: expect.stringContaining('Did you mean "demo"?'),
    });
  });

  test('an unknown name with those that are there, none that was destroyed', async () => {
    await seedEnvironment(server.database, 'gone', {});
    await server.database.pool.query(`update environments set destroyed_at = now() where name = 'gone'`);
    for (const name of ['nothing', 'gones'])
      expect(await json(`/api/environments/${name}`)).toMatchObject({
        hint: expect.stringMatching(/^There are: demo, essex-day(?!.*gone)/),
      });
  });

  test('for people: a page that says the same, and no markup from the address', async () => {
    const response = await get('/environments/%3Cimg%20src=x%3E');
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const html = await response.text();
    expect(html).toContain('There is no environment &#34;&#60;img src=x&#62;&#34;');
    expect(html).not.toContain('<img');
  });

  test('other names than its own on loopback (DNS rebinding)', async () => {
    expect(await getAs('evil.example:8080')).toMatchObject({
      status: 421,
      body: expect.stringContaining('wrong-host'),
    });
    for (const host of [
      'localhost:1',
      '127.0.0.1',
      '[::1]:8080',
      'deployday.example',
      'DEPLOYDAY.example:8080',
    ]) {
      expect(await getAs(host), host).toMatchObject({ status: 200 });
    }
  });

  test('to change anything, and to be read by or framed in other sites', async () => {
    expect((await getAs('localhost', '/api/environments', 'POST')).status).toBe(405);
    const { headers } = await get('/api/environments');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('content-security-policy')).toMatch(
      /default-src 'none'; script-src 'self';.*frame-ancestors 'none'/,
    );
  });

  test('files outside the page', async () => {
    for (const path of ['/..%2f..%2fpackage.json', '/assets/../../package.json', '/%2e%2e/package.json']) {
      expect((await getAs('localhost', path)).status, path).toBe(404);
    }
  });
});

test('without its database it says so', async () => {
  const gone = openDatabase({ host: '127.0.0.1', port: 1, user: 'nobody', database: 'none' });
  const alone = await startServer({ database: gone });
  try {
    const ready = await fetch(`${alone.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toMatch(/^The database does not answer\./);
    const environments = await fetch(`${alone.url}/api/environments`);
    expect(environments.status).toBe(503);
    expect(await environments.json()).toMatchObject({ error: 'no-database' });
    expect((await fetch(`${alone.url}/healthz`)).status).toBe(200);
  } finally {
    await alone.close();
    await gone.close();
  }
});
