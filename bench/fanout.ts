import { join } from 'node:path';
import type { CpuMeter } from './cpu/meter.ts';
import { openDelayedPort } from './delay.ts';
import { type EnvironmentSpec, provision, writeConfiguration } from './deployday/environments.ts';
import type { Deployday } from './deployday/process.ts';
import { profiled } from './deployday/profiles.ts';
import { startSeveralTimes } from './deployday/starts.ts';
import { freePort, startNodes } from './nodes.ts';
import type { Options } from './options.ts';
import { installPeers } from './packages.ts';
import { PARALLEL } from './peers/parallel.ts';
import { goalTable, jsonLine, type Reported, workTable } from './report.ts';
import { type Costs, measure } from './rounds.ts';
import { FULL, QUICK } from './sizes.ts';
import { WORK_PLANS } from './works/all.ts';
import type { Ground, Site } from './works/site.ts';
import { loadEnvironment, underLoad } from './works/under-load.ts';

/** What a measurement is given by whoever starts it. */
export interface Bench {
  readonly packageRoot: string;
  /** For everything that is made; removed at the end. */
  readonly folder: string;
  readonly meter: CpuMeter;
  /** Progress, for people. */
  readonly say: (line: string) => void;
  /** The results. */
  readonly print: (text: string) => void;
  /** What is to be done at the end, however it comes; the last one first. */
  readonly atEnd: (close: () => Promise<void>) => void;
}

const ONE_WAY_MS = 15;

export async function fanout(options: Options, bench: Bench): Promise<void> {
  const { say, print, meter } = bench;
  const installed = await installPeers(say);
  const ground = await makeGround(options, bench);
  const plans = WORK_PLANS.filter(({ id }) => options.only.has(id));
  const reports = options.only.has('reported');
  const environments = [
    ...plans.flatMap((plan) => plan.environments(ground)),
    ...(reports ? [loadEnvironment(ground)] : []),
  ];
  const { deployday, groups, reported } = await startOurs(options, bench, ground, environments, reports);
  const peers = {
    folder: join(bench.folder, 'peers'),
    group: await meter.group('peers', 'client'),
    nodes: ground.nodes,
    parallel: options.parallel ?? PARALLEL,
  };
  const site: Site = {
    ...ground,
    ...{ deployday, groups, tools: peers, peers: options.alone ? new Set() : installed },
  };

  if (meter.note) print(`${meter.note}\n`);
  const results = new Map<string, Costs>();
  for (const plan of plans) {
    const work = plan.work(site);
    const costs = await profiled(options.profile, plan.id, deployday.pid, say, () =>
      measure(work, options.rounds, ground.nodes, say),
    );
    results.set(plan.id, costs);
    print(`${workTable(work, costs)}\n`);
  }
  if (reports) reported.push(...(await underLoad(site)));
  print(`${goalTable(results, reported)}\n`);
  print(jsonLine(results, reported));
}

/** The nodes, and the way to a far one. */
async function makeGround(options: Options, { folder, meter, say, atEnd }: Bench): Promise<Ground> {
  const sizes = options.quick ? QUICK : FULL;
  const most = Math.max(...Object.values(sizes).map((size) => ('nodes' in size ? size.nodes : size.many)));
  const nodes = await startNodes(join(folder, 'nodes'), most, await meter.group('nodes', 'beside'));
  atEnd(() => nodes.stop());
  const delayed = await openDelayedPort('127.0.0.1', nodes.port, ONE_WAY_MS);
  atEnd(() => delayed.close());
  const far = { address: '127.0.0.1', port: delayed.port, roundTripMs: 2 * ONE_WAY_MS };
  await nodes.know(far.address, far.port);
  say(`${most} nodes: one sshd on loopback addresses from ${nodes.addresses[0]} on, port ${nodes.port}`);
  return { sizes, nodes, far };
}

/** Deployday with its environments made. */
async function startOurs(
  options: Options,
  { folder, meter, packageRoot, say, atEnd }: Bench,
  ground: Ground,
  environments: readonly EnvironmentSpec[],
  reports: boolean,
) {
  const home = join(folder, 'deployday');
  const port = await freePort();
  // One environment may serve several works.
  const distinct = [...new Map(environments.map((environment) => [environment.name, environment])).values()];
  await writeConfiguration(home, ground.nodes, port, distinct);
  const groups = {
    client: await meter.group('deployday', 'client'),
    database: await meter.group('postgres', 'beside'),
  };
  const how = { folder: home, packageRoot, port, group: groups.client, postgres: groups.database };
  const reported: Reported[] = [];
  const { deployday, measured } = await startSeveralTimes(
    { ...how, profiles: options.profile },
    reports ? 3 : 0,
    say,
  );
  atEnd(() => deployday.stop());
  reported.push(...measured);
  await makeEnvironments(deployday, distinct, say);
  return { deployday, groups, reported };
}

async function makeEnvironments(
  deployday: Deployday,
  environments: readonly EnvironmentSpec[],
  say: (line: string) => void,
): Promise<void> {
  for (const environment of environments) {
    say(`making the environment ${environment.name}, ${environment.addresses.length} nodes`);
    await provision(deployday, environment);
  }
}
