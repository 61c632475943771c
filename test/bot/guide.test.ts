import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Guide } from '../../adapters/adapter.ts';
import { packageRoot } from '../../bot/config/package-root.ts';
import { createGuide } from '../../bot/guide.ts';
import type { Services } from '../../bot/handlers/handler.ts';
import { createLinks } from '../../bot/links.ts';
import { createPictures } from '../../bot/pictures.ts';
import { insertEnvironment, insertNodes } from '../../db/environments.ts';
import { unanswered } from '../../db/received.ts';
import { snapshots } from '../../db/schema.ts';
import { createCatalogue } from '../../engine/catalogue.ts';
import { createEngine } from '../../engine/engine.ts';
import { USUAL_POLICY } from '../../sessions/policy.ts';
import { databaseForTests } from '../support/database.ts';

const folders = [join(import.meta.dirname, 'blueprints'), join(packageRoot(), 'blueprints')];

describe('the guide', () => {
  const database = databaseForTests();
  let guide: Guide;

  beforeAll(async () => {
    const catalogue = createCatalogue(folders);
    const can = { snapshot: false, reset: false, layers: false, packages: true };
    const providers = new Map([['rack', { pool: 'rack', can, machines: async () => [] }]]) as never;
    const services = {
      database,
      catalogue,
      engine: createEngine({ database, catalogue, providers }),
      links: createLinks('http://127.0.0.1:8080'),
      providers,
      admins: new Set(),
      policy: USUAL_POLICY,
      now: () => new Date(),
    } as unknown as Services;
    guide = createGuide(services, createPictures(database));
    const { id } = await insertEnvironment(database.db, {
      name: 'demo',
      blueprint: 'trial',
      pool: 'rack',
      state: 'ready',
      params: {},
      secrets: {},
    });
    await insertNodes(database.db, [
      { environmentId: id, name: 'node-1', role: 'node', index: 1, pool: 'rack', machine: 'r1' },
    ]);
    const before = { environmentId: id, name: 'before', runId: 1, facts: {}, nodes: [] };
    await database.db.insert(snapshots).values(before);
  });

  it.each<[verb: string, option: string, typed: string, given: Record<string, string>, offers: string[]]>([
    ['status', 'environment', 'd', {}, ['demo']],
    ['status', 'environment', 'x', {}, []],
    ['logs', 'node', 'demo/', {}, ['demo/node', 'demo/node-1']],
    ['logs', 'step', 'wr', { node: 'demo/node-1' }, ['write']],
    ['logs', 'step', '', {}, []],
    ['reset', 'name', '', { environment: 'demo' }, ['baseline', 'before']],
    ['provision', 'blueprint', 'he', {}, ['hello']],
    ['provision', 'pool', '', {}, ['rack']],
    ['provision', 'settings', 'size=m', { blueprint: 'essex' }, ['size=mini']],
    ['provision', 'settings', 'greeting=hi no', { blueprint: 'trial' }, ['greeting=hi node=']],
    ['provision', 'settings', 'node=2 no', { environment: 'demo' }, []],
    ['help', 'topic', 'pr', {}, ['promote', 'provision']],
    ['nonsense', 'option', '', {}, []],
    ['status', 'nonsense', '', {}, []],
  ])('%s: %s %j with %j may become %j', async (verb, option, typed, given, offers) => {
    expect(await guide.complete(verb, option, typed, given)).toEqual(offers);
  });

  it.each([
    ['provision ex from essex size=huge', /size/],
    ['provision ex from nonsense', /nonsense/],
    ['provision ex from trial node=99', /node/],
    ['stauts demo', /did you mean status/],
  ])('has an objection to %s, and does nothing of it', async (line, objection) => {
    expect(await guide.objection(line)).toMatch(objection);
    const { rows } = await database.pool.query('select 1 from environments');
    expect(rows).toHaveLength(1);
  });

  it('has none to what it can only know by doing it', async () => {
    expect(await guide.objection('status demo')).toBe(null);
  });

  it('makes a form of a blueprint: its parameters, and roles that can grow', async () => {
    const form = await guide.blueprintForm('trial');
    expect(form?.map(({ name, secret, initial }) => ({ name, secret, initial }))).toEqual([
      { name: 'greeting', secret: false, initial: 'hello' },
      { name: 'mode', secret: false, initial: 'good' },
      { name: 'password', secret: true, initial: undefined },
      { name: 'node', secret: false, initial: '1' },
    ]);
    expect((await guide.blueprintForm('essex'))?.[0]).toMatchObject({
      name: 'size',
      choices: ['full', 'mini'],
    });
    expect(await guide.blueprintForm('nonsense')).toBeNull();
  });

  it('shows on the home page what there is, and where to watch it', async () => {
    const [leases, environments, ...more] = await guide.home('slack:T1/U1');
    expect(more).toEqual([]);
    expect(leases).toEqual({
      title: 'Your leases',
      items: [{ text: 'You hold no environment, and wait for none.' }],
    });
    expect(environments?.items).toEqual([
      {
        text: 'demo: ready (trial, 1 node) http://127.0.0.1:8080/environments/demo',
        buttons: [{ label: 'Status demo', command: 'status demo', style: 'plain' }],
      },
    ]);
  });

  it('counts what was owned up to as received', async () => {
    const taken = { id: 'm1', channel: 'discord:1/2' };
    await guide.ownedUp('discord', []);
    await guide.ownedUp('discord', [taken]);
    await guide.ownedUp('discord', [taken]);
    expect(await guide.received('discord', ['m1', 'm2'])).toEqual(new Set(['m1']));
    expect(await unanswered(database.db, 'discord', new Date(Date.now() + 60_000))).toEqual([]);
  });
});
