import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { createApp } from '../../bot/app.ts';
import type { Config } from '../../bot/config.ts';
import { fillParams } from '../../engine/blueprint/fill.ts';
import { loadBlueprint } from '../../engine/blueprint/load.ts';
import { createLabProvider, destroyLab } from '../../engine/providers/lab/lab.ts';
import { createHands, type ShellNode } from './hands.ts';
import { machineSettled } from './settled.ts';
import { fast, stages, type Way } from './ways.ts';

/*
 * `node dist-bench/bench/essex/main.js CACHE [stages] [fast] [deployday] [ten] [alike]`: how long a whole OpenStack on two empty
 * machines of the lab takes, each way in turn, on this machine and in this run; *alike* counts which of ten that are provisioned
 * alike differ. CACHE holds the lab's base and packages; the first way that runs with an empty one pays for the download.
 */
const MINUTE = 60_000;
/** So many fresh environments are compared. */
const ALIKE = 10;
const root = join(import.meta.dirname, '..', '..', '..');
const [folder, ...chosen] = process.argv.slice(2);
if (!folder)
  throw new Error(
    'give the folder of the package cache, then what to measure: stages fast deployday ten alike',
  );
const cache = resolve(folder);
const wants = (word: string) => chosen.length === 0 || chosen.includes(word);
const blueprint = await loadBlueprint(join(root, 'blueprints', 'essex'));

async function byHand(way: Way): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'deployday-bench-essex-'));
  const lab = createLabProvider({ pool: 'lab', nodes: 2, dir: join(dir, 'lab'), cacheDir: cache });
  try {
    await lab.prepare(tell);
    const filled = fillParams(blueprint, {});
    if ('problems' in filled) throw new Error(filled.problems.join('; '));
    const started = performance.now();
    const [one, two] = await Promise.all([
      lab.create('n1', { hostname: 'controller' }),
      lab.create('n2', { hostname: 'compute-1' }),
    ]);
    const shared = {
      ROLE_CONTROLLER_NAMES: 'controller',
      ROLE_CONTROLLER_ADDRESSES: one.address,
      ROLE_CONTROLLER_ZONES: '-',
      ROLE_COMPUTE_NAMES: 'compute-1',
      ROLE_COMPUTE_ADDRESSES: two.address,
      ROLE_COMPUTE_ZONES: '-',
      ...Object.fromEntries(
        Object.entries(filled.values).map(([name, value]) => [`PARAM_${name.toUpperCase()}`, value]),
      ),
    };
    const node = async (machine: typeof one, name: string, role: string): Promise<ShellNode> => {
      const endpoint = await lab.endpoint(machine.name);
      const own = {
        NODE_NAME: name,
        NODE_ROLE: role,
        NODE_ADDRESS: machine.address,
        NODE_INDEX: '1',
        NODE_ZONE: '',
      };
      return { name, role, endpoint, variables: { ...shared, ...own } };
    };
    const hands = createHands(blueprint, filled.values, dir);
    await way.run(
      hands,
      await node(one, 'controller', 'controller'),
      await node(two, 'compute-1', 'compute'),
    );
    report(`${way.name} (${way.how})`, performance.now() - started);
  } finally {
    await lab.close();
    await destroyLab(join(dir, 'lab'));
    await rm(dir, { recursive: true, force: true, maxRetries: 10 });
  }
}

interface Typed {
  /** Types a line and waits, for an hour at most, for an answer that matches; rejects with one that says that it went wrong. */
  ask(line: string, good: RegExp): Promise<string>;
  /** Where the API is. */
  readonly api: string;
}

/** The whole program on a lab of so many machines, for as long as the work takes. */
async function byTypedLines(nodes: number, work: (typed: Typed) => Promise<void>): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'deployday-bench-essex-'));
  const input = new PassThrough();
  const output = new PassThrough();
  const said: string[] = [];
  const waiting: { pattern: RegExp; found: (line: string) => void }[] = [];
  output.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n').map((one) => one.replace(/^(> )+/, ''))) {
      if (line === '') continue;
      said.push(line);
      for (const one of waiting.splice(0)) one.pattern.test(line) ? one.found(line) : waiting.push(one);
    }
  });
  const ask = (line: string, good: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${line}: ${said.slice(-5).join('\n')}`)), 60 * MINUTE);
      const pattern = new RegExp(`${good.source}|^\\S+ (failed|broke|unknown)`);
      waiting.push({
        pattern,
        found(answer) {
          clearTimeout(timer);
          good.test(answer) ? resolve(answer) : reject(new Error(answer));
        },
      });
      input.write(`${line}\n`);
    });
  const config: Config = {
    file: null,
    data,
    http: { host: '127.0.0.1', port: 0, publicUrl: null },
    console: true,
    irc: [],
    admins: ['console:local'],
    pools: [{ pool: 'lab', provider: 'lab', nodes, cache, heavySlots: 2 }],
    blueprints: [join(root, 'blueprints')],
    databaseUrl: null,
    redisUrl: null,
    logLevel: 'warn',
    warnings: [],
  };
  const log = { info() {}, warn: tell, error: tell };
  let page = '';
  const app = await createApp({
    config,
    packageRoot: root,
    version: '0',
    terminal: { input, output },
    say(line) {
      page = /^page: (.*)$/.exec(line)?.[1] ?? page;
      tell(line);
    },
    log,
  });
  try {
    await work({ ask, api: `${page}/api` });
  } finally {
    await app.stop();
    await destroyLab(join(data, 'lab'));
    await rm(data, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** As people do it. `computes`: how many compute nodes. */
async function byDeployday(computes: number): Promise<void> {
  await byTypedLines(computes === 1 ? 4 : computes + 1, async ({ ask, api }) => {
    const timed = async (what: string, line: string, good: RegExp) => {
      tell(`the machine came to rest after ${Math.round((await machineSettled()) / 1000)} s`);
      const started = performance.now();
      const answer = await ask(line, good);
      report(`${what}: ${answer.replace(/ http.*/, '')}`, performance.now() - started);
      await reportSteps(what, api);
    };
    const many = computes === 1 ? '' : ` compute=${computes}`;
    await timed(`deployday${many}`, `provision ex from essex${many}`, /^ex ready/);
    if (computes > 1) return;
    await timed('verify', 'verify ex', /^ex verified/);
    await timed('reset', 'reset ex', /^ex reset to baseline/);
    // The first goes on running: so it is where people share a pool.
    await timed('a second one, from layers', 'provision second from essex', /^second ready/);
  });
}

/**
 * Whole environments that are provisioned alike do not differ: whatever a diff of two of them shows is a false positive. Each is
 * compared with the first and given back before the next is made: ten at a time are more than 20 GB of memory.
 */
async function alike(): Promise<void> {
  await byTypedLines(4, async ({ ask }) => {
    const started = performance.now();
    await ask('provision e0 from essex', /^e0 ready/);
    let differing = 0;
    for (let other = 1; other < ALIKE; other++) {
      await ask(`provision e${other} from essex`, /^e\d+ ready/);
      const answer = await ask(`diff e${other} e0`, /^e\d+ (differs|does not differ)/);
      tell(answer);
      if (/^e\d+ differs/.test(answer)) differing += 1;
      await ask(`destroy e${other}`, /^e\d+ destroyed/);
    }
    report(
      `${ALIKE} environments, ${ALIKE - 1} of them compared with the first: ${differing} differ`,
      performance.now() - started,
    );
  });
}

/**
 * When the last of the blueprint's steps was done: there the ways by hand end, before checks, facts and the baseline. And when each
 * task began and ended: a reset is done for its users when every API and compute service answers, and goes on to servers and logins.
 */
async function reportSteps(what: string, api: string): Promise<void> {
  const { runs } = (await (await fetch(`${api}/runs?limit=1`)).json()) as { runs: { id: number }[] };
  const run = (await (await fetch(`${api}/runs/${runs[0]?.id}`)).json()) as RunTimes;
  const sinceBegun = (time: string) => Date.parse(time) - Date.parse(run.createdAt);
  const ids = new Set(blueprint.steps.map(({ id }) => id));
  const ended = run.tasks.flatMap(({ step, endedAt }) =>
    ids.has(step) && endedAt ? [sinceBegun(endedAt)] : [],
  );
  if (ended.length > 0) report(`${what}: of it until the last step was done`, Math.max(...ended));
  for (const { step, node, startedAt, endedAt } of run.tasks) {
    if (!startedAt || !endedAt) continue;
    const from = (sinceBegun(startedAt) / 1000).toFixed(1);
    report(
      `${what}: of it until ${step}${node ? ` on ${node}` : ''} was done, from ${from} s`,
      sinceBegun(endedAt),
    );
  }
}

interface RunTimes {
  readonly createdAt: string;
  readonly tasks: readonly {
    readonly step: string;
    readonly node: string | null;
    readonly startedAt: string | null;
    readonly endedAt: string | null;
  }[];
}

function report(what: string, ms: number): void {
  process.stdout.write(`${(ms / 1000).toFixed(1).padStart(7)} s  ${what}\n`);
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

if (wants('stages')) await byHand(stages);
if (wants('fast')) await byHand(fast);
if (wants('deployday')) await byDeployday(1);
if (wants('ten')) await byDeployday(10);
if (wants('alike')) await alike();
process.exit(0);
