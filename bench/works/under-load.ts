import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { quantile } from '../cost.ts';
import { residentMegabytes } from '../cpu/processes.ts';
import type { Deployday } from '../deployday/process.ts';
import type { Reported } from '../report.ts';
import { manyNodes } from './scale.ts';
import type { Ground, Site } from './site.ts';

const exec = promisify(execFile);

/** Lines that are typed in turn, and the one line of each answer that nothing else looks like. */
const questions = (environment: string): readonly (readonly [string, RegExp])[] => [
  ['envs', /^environment +state +blueprint/],
  [`status ${environment}`, new RegExp(`^${environment}: \\w+, from `)],
  ['whoami', /^You are /],
  ['pool', /^pool +kind +free/],
];
const TYPED = 200;

/** The environment whose tasks are the load. */
export const loadEnvironment = (ground: Ground) => manyNodes(ground);

/** Memory and answers while a task runs on each of many nodes. */
export async function underLoad(site: Site): Promise<Reported[]> {
  const { deployday, nodes, sizes } = site;
  const count = sizes.scale.many;
  // Whoever reads from the gate waits in the kernel, which costs nothing, until somebody opens it for writing.
  const gate = join(nodes.home, 'gate');
  await exec('mkfifo', [gate]);
  const { name } = loadEnvironment(site);
  const run = await deployday.begin(name, `run ${name} -- echo waiting; : <${gate}`);
  let ended = false;
  const outcome = run.outcome.finally(() => {
    ended = true;
  });
  await waitFor(`${count} waiting tasks`, async () => {
    if (ended) throw new Error(`the load has ended: ${await outcome}`);
    const log = await deployday.get(`/runs/${run.id}/log`);
    return log.split('\n').length > count;
  });
  const answered = await answerTimes(deployday, name);
  const memory = await residentMegabytes(deployday.pid);
  while (!ended) {
    await letThrough(gate);
    await Promise.race([outcome.catch(() => {}), delay(50)]);
  }
  await outcome;
  const load = `${count} running tasks`;
  return [
    {
      key: 'rss_load_mb',
      title: `resident memory, ${count} connected nodes`,
      value: memory.now,
      unit: 'MB',
      atMost: 400,
    },
    {
      key: 'rss_most_mb',
      title: 'resident memory, most so far',
      value: memory.most,
      unit: 'MB',
      atMost: null,
    },
    {
      key: 'answer_p50_ms',
      title: `typed line to first answer, ${load}, p50`,
      value: quantile(answered, 0.5),
      unit: 'ms',
      atMost: null,
    },
    {
      key: 'answer_p99_ms',
      title: `typed line to first answer, ${load}, p99`,
      value: quantile(answered, 0.99),
      unit: 'ms',
      atMost: 300,
    },
  ];
}

/** From a typed line to the first answer to it, in ms, many times. */
async function answerTimes(deployday: Deployday, environment: string): Promise<number[]> {
  const times: number[] = [];
  while (times.length < TYPED) {
    for (const [line, answer] of questions(environment)) {
      const began = performance.now();
      await deployday.ask(line, answer, 60_000);
      times.push(performance.now() - began);
    }
  }
  return times;
}

/** Everybody who waits at the pipe goes on. */
async function letThrough(gate: string): Promise<void> {
  const file = await open(gate, constants.O_WRONLY | constants.O_NONBLOCK).catch(() => null); // nobody waits
  await file?.close();
}

async function waitFor(what: string, isThere: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 180_000;
  while (!(await isThere())) {
    if (Date.now() > deadline) throw new Error(`waited three minutes for ${what}`);
    await delay(500);
  }
}
