import { readFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../bot/config/package-root.ts';
import { needDebianPackages } from '../support/debian.ts';
import { INSPIRCD } from '../support/irc/packages.ts';
import { makeHome } from '../support/process.ts';
import { until } from '../support/until.ts';
import type { Crowd } from './crowd.ts';
import { openDiscordCrowd } from './discord.ts';
import { percentile, slope } from './figures.ts';
import { openIrcCrowd } from './irc.ts';
import { openSlackCrowd } from './slack.ts';

const USAGE =
  'npm run test:load -- [--people 1000] [--rate 20] [--runs 6] [--seconds 300] [--profile FOLDER]';
const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '1000' },
    rate: { type: 'string', default: '20' },
    runs: { type: 'string', default: '6' },
    seconds: { type: 'string', default: '300' },
    profile: { type: 'string' },
  },
});
const [people, rate, runs, seconds] = [values.people, values.rate, values.runs, values.seconds].map(
  Number,
) as [number, number, number, number];
if (![people, rate, runs, seconds].every((number) => number > 0)) stop(USAGE);
const packages = await needDebianPackages(['openssh-server', 'openssh-client', ...INSPIRCD]);
if (!packages.ok) stop(`the load cannot be made here: ${packages.why}`);

const ROOMS = 20;
const SLOW_MS = 500;
/** The machine may be busy with other things: the first start makes a database. */
const START_MS = 300_000;
const each = Math.ceil(people / 3);
const say = (line: string) => process.stderr.write(`${line}\n`);
say(`opening three chats with ${each} people each`);
const crowds: Crowd[] = [
  await openSlackCrowd(each, ROOMS),
  await openDiscordCrowd(each, ROOMS),
  await openIrcCrowd(each, ROOMS),
];
say('starting the bot');
const home = await makeHome({
  machines: runs,
  blueprints: [join(packageRoot(), 'test', 'bot', 'blueprints')],
  admins: crowds.map(({ admin }) => admin),
  config: crowds.flatMap(({ config }) => config),
  env: { LOG_LEVEL: 'info' },
});
try {
  // As `npm start` does, so that the heap is collected before the machine's memory is.
  const node = ['--max-old-space-size=1024'];
  if (values.profile) node.push('--cpu-prof', `--cpu-prof-dir=${resolve(values.profile)}`);
  const bot = home.start({ node });
  await bot.heard(/^ready/, START_MS);
  for (let at = 0; at < runs; at++) await crowds[at % 3]?.start(`provision e${at} from trial`);
  for (let at = 0; at < runs; at++) await environmentIs(`e${at}`, /"state":"ready"/);
  // Each run prints a few lines a second for as long as it takes.
  for (let at = 0; at < runs; at++) {
    const script = `n=0; while [ ! -e "$HOME/over" ]; do n=$((n+1)); echo "line $n of a report"; sleep 0.2; done`;
    await crowds[at % 3]?.start(`run e${at} -- ${script}`);
  }
  say(`asking for ${seconds} s`);
  const figures = await load(bot.pid);
  report(figures);
  // A profile is written at a clean end only.
  if (values.profile) await bot.end('SIGTERM');
} finally {
  await home.remove();
  for (const crowd of crowds) await crowd.close();
}

interface Figures {
  readonly taken: ReadonlyMap<string, number[]>;
  readonly failed: readonly string[];
  /** Seconds since the begin in which a line was typed that waited for more than {@link SLOW_MS}. */
  readonly slow: ReadonlySet<number>;
  /** Minutes since the begin, MB. */
  readonly memory: readonly (readonly [number, number])[];
  readonly cpuSeconds: number;
  readonly elapsed: number;
}

/** Commands come by chance, on average `rate` a second, from whoever is not waiting for an answer. */
async function load(pid: number): Promise<Figures> {
  const taken = new Map<string, number[]>(crowds.map(({ name }) => [name, []]));
  const failed: string[] = [];
  const slow = new Set<number>();
  const memory: [number, number][] = [];
  const busy = new Set<string>();
  const waiting = new Set<Promise<void>>();
  const began = Date.now();
  const cpu = await cpuOf(pid);
  let number = 0;
  let looked = 0;
  let due = performance.now();

  async function one(crowd: Crowd, person: number): Promise<void> {
    const who = `${crowd.name} ${person}`;
    busy.add(who);
    number += 1;
    const [typed, second] = [performance.now(), Math.floor((Date.now() - began) / 1_000)];
    try {
      await crowd.ask(person, number);
      const waited = performance.now() - typed;
      taken.get(crowd.name)?.push(waited);
      if (waited > SLOW_MS) slow.add(second);
    } catch (error) {
      failed.push((error as Error).message.split('\n')[0] ?? '');
    }
    busy.delete(who);
  }

  while (Date.now() - began < seconds * 1_000) {
    if (Date.now() - looked > 5_000) {
      looked = Date.now();
      memory.push([(looked - began) / 60_000, await residentOf(pid)]);
    }
    due += (-Math.log(1 - Math.random()) / rate) * 1_000;
    await pause(Math.max(0, due - performance.now()));
    const crowd = crowds[number % crowds.length] as Crowd;
    let person = Math.floor(Math.random() * crowd.people);
    while (busy.has(`${crowd.name} ${person}`)) person = (person + 1) % crowd.people;
    const asking = one(crowd, person).finally(() => waiting.delete(asking));
    waiting.add(asking);
  }
  await Promise.all(waiting);
  return {
    taken,
    failed,
    slow,
    memory,
    cpuSeconds: (await cpuOf(pid)) - cpu,
    elapsed: (Date.now() - began) / 1_000,
  };
}

function report({ taken, failed, slow, memory, cpuSeconds, elapsed }: Figures): void {
  const ms = (value: number) => `${Math.round(value)} ms`;
  console.log('chat | commands | p50 | p95 | p99 | longest');
  for (const [name, all] of [...taken, ['all', [...taken.values()].flat()] as const]) {
    const [p50, p95, p99] = [50, 95, 99].map((percent) => ms(percentile(all, percent)));
    console.log(`${name} | ${all.length} | ${p50} | ${p95} | ${p99} | ${ms(Math.max(...all))}`);
  }
  const settled = memory.filter(([minute]) => minute > Math.min(2, seconds / 120));
  console.log(
    `\n${failed.length} without an answer; ${people} people, ${rate} commands/s, ${runs} runs, ${Math.round(elapsed)} s`,
  );
  console.log(`seconds with an answer later than ${SLOW_MS} ms: ${[...slow].join(' ') || 'none'}`);
  console.log(
    `memory of the bot: ${memory[0]?.[1]} MB at the begin, ${memory.at(-1)?.[1]} MB at the end, ${slope(settled).toFixed(2)} MB a minute after the warm-up; CPU ${((100 * cpuSeconds) / elapsed).toFixed(0)} % of one core`,
  );
  console.log(
    `load of the machine at the end ${loadavg()
      .map((each) => each.toFixed(1))
      .join(
        ' ',
      )} (1, 5, 15 minutes) on ${availableParallelism()} cores, this harness and its stand-ins included`,
  );
  for (const why of failed.slice(0, 5)) console.log(why);
  const all = [...taken.values()].flat();
  if (failed.length > 0 || percentile(all, 99) > SLOW_MS) process.exitCode = 1;
}

async function environmentIs(name: string, state: RegExp): Promise<void> {
  const check = async () => state.test(await home.get(`/api/environments/${name}`).catch(() => ''));
  await until(check, { what: `${name} ${state}`, withinMs: 120_000, everyMs: 200 });
}

/** MB that are resident. */
async function residentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

/** Seconds of a core that the process has used. */
async function cpuOf(pid: number): Promise<number> {
  const words = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
  return (Number(words[11]) + Number(words[12])) / 100;
}

function stop(message: string): never {
  console.error(message);
  process.exit(2);
}
