import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../bot/config/package-root.ts';
import { closeLabWorld } from '../support/lab-world.ts';
import { describeIf, needHost } from '../support/needs.ts';
import { openWorld, type World } from '../support/world.ts';

const MINUTE = 60_000;

/** A tool that is installed slowly, here in no time, and a page that is of the environment. */
const blueprint = (script: string) =>
  `
name: tool
version: "1"
summary: a tool and a page
roles: {node: {count: 1..3}}
params: {kind: {default: plain}, token: {secret: true, generate: 12}, colour: {default: red}}
steps:
  - {id: install, title: tool installed, on: node, weight: heavy, cache: true, params: [kind], run: '${script}'}
  - {id: page, on: node, run: 'echo "$NODE_NAME $PARAM_COLOUR" >/root/page && cat /root/page'}
checks:
  - {id: works, title: the tool works, on: node, needs: [], run: 'cat /opt/tool'}
`.replace(', needs: []', '');

describeIf(needHost({ root: true }))('layers, by typed lines', () => {
  let world: World;
  let folder: string;
  const write = (script: string) => writeFile(join(folder, 'tool/blueprint.yaml'), blueprint(script));
  const made = 'echo "$PARAM_KIND" $(cat /proc/sys/kernel/random/uuid) >/opt/tool && cat /opt/tool';
  const toolOf = async (node: string) => {
    await world.ask(`run ${node} -- cat /opt/tool`, /command done on 1 node/, MINUTE);
    return (await world.heard(/^\s*plain [0-9a-f-]{36}$/)).trim();
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deployday-layers-'));
    await mkdir(join(folder, 'tool'));
    await write(made);
    const cache = join(packageRoot(), '.cache', 'lab');
    const lab = { pool: 'lab', provider: 'lab', nodes: 4, cache, heavySlots: 2 } as const;
    world = await openWorld({ pools: [lab], blueprints: [folder] });
  }, 10 * MINUTE);
  afterAll(async () => {
    if (!world) return;
    await closeLabWorld(world);
    await rm(folder, { recursive: true, force: true });
  }, 2 * MINUTE);

  test(
    'what one node installed the next ones have: on the same environment, and on another',
    async () => {
      await world.ask('provision one from tool node=2', /^one ready in .*: 2 checks passed/, 2 * MINUTE);
      await world.ask('logs one/node-1 install', /^.*plain [0-9a-f-]{36}/, MINUTE);
      await world.ask('logs one/node-2 install', /from layer [0-9a-f]{8}, not run again/, MINUTE);
      await world.ask('provision two from tool plan', /^two would be made from tool/, MINUTE);
      await world.heard(/^tool installed \(from layer [0-9a-f]{8}\)/);
      await world.ask('provision two from tool colour=blue', /^two ready in .*: 1 check passed/, 2 * MINUTE);
      await world.ask('logs two install', /from layer [0-9a-f]{8}, not run again/, MINUTE);
      const tools = [await toolOf('one/node-1'), await toolOf('one/node-2'), await toolOf('two/node-1')];
      expect(new Set(tools).size).toBe(1);
      await world.ask('run two -- cat /root/page', /^.*node-1 blue/, MINUTE);
      await world.ask('diff two baseline', /^two does not differ from baseline/, MINUTE);
      await world.ask('inspect two os', /layer\s+[0-9a-f]{8}/, MINUTE);
    },
    5 * MINUTE,
  );

  test(
    'a node that is there already does its steps again, and says so',
    async () => {
      const before = await toolOf('two/node-1');
      await world.ask('provision two', /^two ready/, 2 * MINUTE);
      expect(await toolOf('two/node-1')).not.toBe(before);
      await world.ask('destroy two', /^two destroyed/, MINUTE);
    },
    3 * MINUTE,
  );

  test(
    'another script is another layer',
    async () => {
      const old = await toolOf('one/node-1');
      await write(`true; ${made}`);
      await world.ask('provision other from tool', /^other ready/, 2 * MINUTE);
      expect(await toolOf('other/node-1')).not.toBe(old);
      await world.ask('destroy other', /^other destroyed/, MINUTE);
    },
    5 * MINUTE,
  );

  test(
    'what people had a hand in is not kept for others',
    async () => {
      await write(`test -e /root/tried || { touch /root/tried; exit 1; }; ${made}`);
      await world.ask('provision hand from tool', /^hand failed/, 2 * MINUTE);
      await world.ask('retry hand', /^hand ready/, 2 * MINUTE);
      await world.ask('provision next from tool plan', /^next would be made from tool/, MINUTE);
      await world.heard(/^tool installed\s+1/);
    },
    5 * MINUTE,
  );
});
