import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { nodeName } from './blueprint.ts';
import { type Entry, readJournal } from './journal.ts';
import { type Machine, type MachineProcess, processesOn } from './machine.ts';
import type { Person, PersonsRecord } from './person.ts';
import { ENVIRONMENT } from './phrases.ts';
import type { RoundPlan } from './plan.ts';
import { countOf } from './postgres.ts';
import type { Stage } from './stage.ts';
import type { Strike } from './strikes.ts';
import type { Heard } from './talk.ts';
import { theRuns } from './the-run.ts';

/** What is known of one of the round's provisions. */
export interface Provision extends Course {
  /** Of the run, as the API tells. */
  readonly tasks: readonly { readonly step: string; readonly node: string | null; readonly state: string }[];
  /** Step and machine, as `s1@node-1` → what the run's log has of it. */
  readonly logs: ReadonlyMap<string, string>;
  readonly runState: string;
}

/** How a provision went for who was there. */
export interface Course {
  /** When it was asked for and when its end was told, in ms since 1970. */
  readonly from: number;
  readonly until: number;
  /** How many entries the journal of each machine had when it was asked for. */
  readonly entriesBefore: readonly number[];
  /** How much of the person's record is from before it. */
  readonly before: { readonly unknown: number; readonly outcomes: number };
}

/** A file that was copied, as it is in the end. */
export interface Copied {
  readonly content: Buffer;
  readonly mode: number;
}

/** Everything that is known of a round when it is over. */
export interface Evidence {
  readonly plan: RoundPlan;
  /** What each machine's steps wrote down. */
  readonly journals: readonly (readonly Entry[])[];
  /** In their order. */
  readonly provisions: readonly Provision[];
  /** File and machine, as `c1@node-1` → what is there; missing: nothing is. */
  readonly copied: ReadonlyMap<string, Copied>;
  /** What else lies in each machine's folder for copied files. */
  readonly beside: readonly (readonly string[])[];
  readonly environmentState: string;
  /** What the bot said to people. */
  readonly heard: readonly Heard[];
  readonly record: PersonsRecord;
  readonly strikes: readonly Strike[];
  /** How often an outcome was reached, as the database has it. */
  readonly outcomes: number;
  /** What still runs on machines. */
  readonly leftovers: readonly string[];
  readonly endedByThemselves: readonly string[];
}

const SETTLED_WITHIN_MS = 60_000;

const runAnswer = z.object({
  state: z.string(),
  tasks: z.array(z.object({ step: z.string(), node: z.string().nullable(), state: z.string() })),
});
const environmentAnswer = z.object({ state: z.string() });

/** Waits until nothing more is to be said and nothing runs, and gathers what there is. */
export async function gather(
  plan: RoundPlan,
  { machines, parts, talk, database, home }: Stage,
  { record }: Person,
  strikes: readonly Strike[],
  courses: readonly Course[],
): Promise<Evidence> {
  const get = (path: string) => patiently(() => home.get(path));
  await settled(async () => (await countOf(database, 'outbox', `state = 'pending'`)) === 0);
  await settled(async () => (await processesOn(machines)).length === 0);
  const environment = environmentAnswer.safeParse(
    JSON.parse(await get(`/api/environments/${ENVIRONMENT}`)),
  ).data;
  const runs = await theRuns(get);
  return {
    plan,
    strikes,
    journals: await Promise.all(machines.map(readJournal)),
    provisions: await Promise.all(
      courses.map((course, i) => readProvision(plan, course, runs[i] ?? null, get)),
    ),
    ...(await readCopied(plan, machines)),
    environmentState: environment?.state ?? 'not there',
    heard: talk.standing(),
    record,
    outcomes: await countOf(database, 'events', `kind = 'run.ended'`),
    leftovers: (await processesOn(machines)).map(shown),
    endedByThemselves: parts.endedByThemselves(),
  };
}

async function readProvision(
  plan: RoundPlan,
  course: Course,
  id: number | null,
  get: (path: string) => Promise<string>,
): Promise<Provision> {
  if (id === null) return { ...course, tasks: [], logs: new Map(), runState: 'not there' };
  const logs = new Map<string, string>();
  for (const step of plan.steps) {
    for (let machine = 1; machine <= plan.machines; machine += 1) {
      const node = nodeName(machine);
      logs.set(`${step.id}@${node}`, await get(`/runs/${id}/log?node=${node}&step=${step.id}`));
    }
  }
  const run = runAnswer.safeParse(JSON.parse(await get(`/api/runs/${id}`))).data;
  return { ...course, logs, tasks: run?.tasks ?? [], runState: run?.state ?? 'not there' };
}

async function readCopied(plan: RoundPlan, machines: readonly Machine[]) {
  const copied = new Map<string, Copied>();
  const beside: string[][] = [];
  for (const [i, { copied: folder }] of machines.entries()) {
    const names = await readdir(folder);
    beside.push(names.filter((name) => !plan.copies.some(({ id }) => id === name)));
    for (const { id } of plan.copies.filter((copy) => names.includes(copy.id))) {
      const path = join(folder, id);
      const mode = (await stat(path)).mode & 0o7777;
      copied.set(`${id}@${nodeName(i + 1)}`, { mode, content: await readFile(path) });
    }
  }
  return { copied, beside };
}

const shown = ({ command, task }: MachineProcess) => `${command} ${task}`.trim();

/** Waits for it, but not for ever: what follows tells what it was like. */
async function settled(check: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + SETTLED_WITHIN_MS;
  while (!(await check()) && Date.now() < deadline) await delay(150);
}

/** The page's process may just be on its way up. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + SETTLED_WITHIN_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(100);
    }
  }
}
