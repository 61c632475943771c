import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type Home, makeHome } from '../support/process.ts';
import { BLUEPRINT, nodeName, writeBlueprint } from './blueprint.ts';
import { dropJournal, readJournal } from './journal.ts';
import type { Lane } from './lane.ts';
import type { Machine } from './machine.ts';
import { comes } from './moments.ts';
import { type Parts, startParts } from './parts.ts';
import { createPerson } from './person.ts';
import { ENVIRONMENT } from './phrases.ts';
import type { FaultPlan, RoundPlan } from './plan.ts';
import type { RoundDatabase } from './postgres.ts';
import { type Stage, type Strike, strike } from './strikes.ts';
import { NETWORK, NICK, openRoom, PERSON, ROOM, type Room, terminalOf } from './talk.ts';
import { type Evidence, problemsOf } from './verdict.ts';

/** How a round went. */
export interface RoundResult {
  readonly plan: RoundPlan;
  /** Faults that struck; the run may have been over before others. */
  readonly strikes: readonly Strike[];
  readonly problems: readonly string[];
  /** From the command to the word that the environment is ready. */
  readonly tookMs: number;
  /** Questions that people were asked, and attempts beyond the first that steps had for other reasons than their own failures. */
  readonly unknown: number;
  readonly repeats: number;
  /** Where everything about a round with problems was kept. */
  readonly folder: string | null;
}

/** A disk for tasks that a fault can fill: room enough for a run. */
const SMALL_DISK = 8 << 20;
const SETTLED_WITHIN_MS = 15_000;
/** A round whose machine is busy takes a few seconds; a hold that must run out takes 20 more. */
const limitMs = ({ faults }: RoundPlan) => 60_000 + 40_000 * faults.length;

/** Plays a round, and judges it. Rejects only when the stage itself could not be set. */
export async function playRound(plan: RoundPlan, lane: Lane): Promise<RoundResult> {
  const machines = lane.machines.slice(0, plan.machines);
  const smallDisks = plan.faults.filter(({ kind }) => kind === 'disk').map(({ machine }) => machine);
  for (const [i, machine] of machines.entries()) await tidy(machine, smallDisks.includes(i + 1));
  const database = await lane.postgres.createDatabase(`round_${plan.seed}_${Date.now().toString(36)}`);
  const home = await makeHome();
  const room = plan.shape.kind === 'distributed' ? await openRoom() : null;
  let parts: Parts | undefined;
  try {
    await configure(home, plan, machines, room);
    // What an earlier round has left there is about other runs of the same numbers.
    await lane.redis.flush();
    const redis = room ? { REDIS_URL: lane.redis.url } : {};
    parts = await startParts(home, plan.shape, { DATABASE_URL: database.url, ...redis });
    return await play(plan, { lane, machines, parts, talk: room ?? terminalOf(parts), database, home });
  } finally {
    await parts?.stop();
    await room?.stop();
    await home.remove();
    await database.drop();
    // What another round would stumble over.
    for (const machine of machines) machine.proxy.resume();
    for (const i of smallDisks) await withoutSmallDisk(lane.machines[i - 1] as Machine);
  }
}

interface Scene extends Stage {
  readonly home: Home;
}

async function play(plan: RoundPlan, setting: Omit<Scene, 'person'>): Promise<RoundResult> {
  const { machines, talk, database, home } = setting;
  const over = new AbortController();
  const mended = new AbortController();
  const limit = AbortSignal.timeout(limitMs(plan));
  const journals = () => Promise.all(machines.map(readJournal));
  const strikes: Promise<Strike | null>[] = [];

  const person = createPerson({
    talk,
    received: async () => (await count(database, 'received', 'true')) ?? 0,
    get: home.get,
    journal: async () => (await journals()).flat(),
    running: async () => new Set((await processesOn(machines)).map(({ task }) => task)),
    async mend() {
      mended.abort();
      await Promise.all(strikes.map((each) => Promise.race([each, delay(100)])));
    },
  });
  const scene: Scene = { ...setting, person };
  for (const fault of plan.faults) strikes.push(happen(fault, scene, over.signal, mended.signal));
  // Whoever waits for them hears of it, later.
  for (const each of strikes) each.catch(() => {});

  const began = Date.now();
  let late = '';
  try {
    await person.accompany(`provision ${ENVIRONMENT} from ${BLUEPRINT} node=${plan.machines}`, limit);
  } catch (error) {
    late = `not ready within ${limitMs(plan)} ms: ${(error as Error).message}`;
  }
  const tookMs = Date.now() - began;
  over.abort();
  mended.abort();
  const struck = (await Promise.all(strikes)).filter((each) => each !== null);
  const evidence = await gather(plan, scene, struck, journals);
  const problems = [...(late ? [late] : []), ...problemsOf(evidence)];
  const begun = evidence.journals.flat().filter(({ what }) => what === 'begin').length;
  const failed = evidence.journals.flat().filter(({ what }) => what === 'fail').length;
  return {
    plan,
    strikes: struck,
    problems,
    tookMs,
    unknown: evidence.record.unknown.length,
    repeats: begun - failed - plan.steps.length * plan.machines,
    folder: problems.length > 0 ? await keep(problems, evidence, scene) : null,
  };
}

/** Waits for the moment of a fault and lets it happen; null when the round was over first. */
async function happen(fault: FaultPlan, stage: Stage, over: AbortSignal, mend: AbortSignal) {
  const { machines, person } = stage;
  try {
    await comes(fault.moment, { machines, journalOf: readJournal, begins: person.begins }, over);
  } catch (error) {
    if (over.aborted) return null;
    throw error;
  }
  // Something to be answered while the fault is there.
  void person.askAside();
  return strike(fault, stage, mend);
}

const runAnswer = z.object({
  state: z.string(),
  tasks: z.array(z.object({ step: z.string(), node: z.string().nullable(), state: z.string() })),
});
const environmentAnswer = z.object({ state: z.string() });

async function gather(
  plan: RoundPlan,
  { machines, parts, talk, person, database, home }: Scene,
  strikes: readonly Strike[],
  journals: () => Promise<Evidence['journals']>,
): Promise<Evidence> {
  const get = (path: string) => patiently(() => home.get(path));
  await settled(async () => (await count(database, 'outbox', `state = 'pending'`)) === 0);
  await settled(async () => (await processesOn(machines)).length === 0);
  const logs = new Map<string, string>();
  for (const step of plan.steps) {
    for (let machine = 1; machine <= plan.machines; machine += 1) {
      const node = nodeName(machine);
      logs.set(`${step.id}@${node}`, await get(`/runs/1/log?node=${node}&step=${step.id}`));
    }
  }
  const run = runAnswer.safeParse(JSON.parse(await get('/api/runs/1'))).data;
  const environment = environmentAnswer.safeParse(
    JSON.parse(await get(`/api/environments/${ENVIRONMENT}`)),
  ).data;
  return {
    plan,
    strikes,
    journals: await journals(),
    tasks: run?.tasks ?? [],
    logs,
    runState: run?.state ?? 'not there',
    environmentState: environment?.state ?? 'not there',
    heard: talk.heard(),
    record: person.record,
    outcomes: (await count(database, 'events', `kind = 'run.ended'`)) ?? 0,
    leftovers: (await processesOn(machines)).map(({ command, task }) => `${command} ${task}`.trim()),
    endedByThemselves: parts.endedByThemselves(),
  };
}

async function configure(
  home: Home,
  plan: RoundPlan,
  machines: readonly Machine[],
  room: Room | null,
): Promise<void> {
  const blueprints = join(home.folder, 'blueprints');
  await writeBlueprint(blueprints, plan);
  const [first] = machines;
  if (!first) throw new Error('a round needs a machine');
  await writeFile(join(home.folder, 'key'), first.site.endpoint.privateKey, { mode: 0o600 });
  const known = machines.flatMap(({ site, proxy }) =>
    site.hostKeys.map((key) => `[127.0.0.1]:${proxy.port} ${key}\n`),
  );
  await writeFile(join(home.folder, 'known_hosts'), known.join(''));
  const rack = {
    provider: 'ssh',
    user: first.site.endpoint.user,
    key: join(home.folder, 'key'),
    hostKeys: join(home.folder, 'known_hosts'),
    heavySlots: plan.heavySlots,
    nodes: machines.map(({ proxy }, i) => ({ name: `r${i + 1}`, address: '127.0.0.1', port: proxy.port })),
  };
  const irc = room && {
    network: NETWORK,
    host: '127.0.0.1',
    port: room.server.port,
    tls: false,
    nick: NICK,
    channels: [ROOM],
    identify: 'nick',
    linesPerSecond: 50,
    colors: false,
  };
  const configuration = {
    admins: irc ? [`irc:${NETWORK}/${PERSON}`] : [],
    ...(irc ? { irc: [irc] } : {}),
    blueprints: [blueprints],
    pools: { rack },
  };
  // JSON is YAML.
  await home.configure(JSON.stringify(configuration));
}

/** Nothing of an earlier round is left. */
async function tidy(machine: Machine, smallDisk: boolean): Promise<void> {
  await dropJournal(machine);
  if (!smallDisk && (await machine.processes()).length === 0) return machine.wipe();
  await machine.cutPower();
  await machine.wipe();
  await machine.boot({ disk: smallDisk ? SMALL_DISK : null });
}

async function withoutSmallDisk(machine: Machine): Promise<void> {
  await machine.cutPower();
  await machine.boot({ disk: null });
}

const processesOn = async (machines: readonly Machine[]) =>
  (await Promise.all(machines.map((machine) => machine.processes()))).flat();

async function count(database: RoundDatabase, table: string, where: string): Promise<number | undefined> {
  const rows = await database.query<{ n: number }>(`select count(*)::int as n from ${table} where ${where}`);
  return rows[0]?.n;
}

/** Waits for it, but not for ever: what follows tells what it was like. */
async function settled(check: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + SETTLED_WITHIN_MS;
  while (!(await check()) && Date.now() < deadline) await delay(20);
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let left = 100; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (left === 0) throw error;
      await delay(100);
    }
  }
}

/** Writes down everything about a round that did not go well. */
async function keep(
  problems: readonly string[],
  evidence: Evidence,
  { machines, home, parts }: Scene,
): Promise<string> {
  const folder = join(tmpdir(), `deployday-round-${evidence.plan.seed}-${evidence.plan.kind}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { plan, logs, journals, heard, ...rest } = evidence;
  const write = (name: string, value: unknown) =>
    writeFile(join(folder, name), typeof value === 'string' ? value : `${JSON.stringify(value, null, 1)}\n`);
  await write('problems.txt', `${problems.join('\n')}\n`);
  await write('plan.json', plan);
  await write('evidence.json', rest);
  await write('journals.json', journals);
  const times = ({ at }: { at: number }) => new Date(at).toISOString();
  await write(
    'heard.txt',
    heard
      .map(
        (each) => `${times(each)} ${each.line}
`,
      )
      .join(''),
  );
  await write(
    'said.txt',
    parts
      .said()
      .map(
        (each) => `${times(each)} ${each.part}: ${each.line}
`,
      )
      .join(''),
  );
  for (const [what, text] of logs) await write(`${what}.log`, text);
  for (const [i, machine] of machines.entries()) {
    await write(
      `sshd-${i + 1}.log`,
      await readFile(join(machine.site.dir, 'sshd.log'), 'utf8').catch(() => ''),
    );
  }
  await write(
    'deployday.log',
    await readFile(join(home.data, 'log', 'deployday.log'), 'utf8').catch(() => ''),
  );
  return folder;
}
