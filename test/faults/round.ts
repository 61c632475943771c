import { setTimeout as delay } from 'node:timers/promises';
import { BLUEPRINT } from './blueprint.ts';
import { type Course, type Evidence, gather } from './evidence.ts';
import { type Entry, readJournal } from './journal.ts';
import { keep } from './keep.ts';
import type { Lane } from './lane.ts';
import { processesOn } from './machine.ts';
import { comes } from './moments.ts';
import { createPerson, type Person } from './person.ts';
import { ENVIRONMENT } from './phrases.ts';
import { dueInAll, type FaultPlan, type RoundPlan } from './plan.ts';
import { countOf } from './postgres.ts';
import { openStage, type Stage } from './stage.ts';
import { type Strike, strike } from './strikes.ts';
import { problemsOf } from './verdict.ts';

/** How a round went. */
export interface RoundResult {
  readonly plan: RoundPlan;
  /** Faults that struck; the run may have been over before others. */
  readonly strikes: readonly Strike[];
  readonly problems: readonly string[];
  /** From the command to the word that the environment is ready, of all provisions. */
  readonly tookMs: number;
  /** Attempts of steps that began on their machines, checks not counted. */
  readonly steps: number;
  /** Lines that the bot has stored of them, each compared with what the step printed. */
  readonly lines: number;
  /** Questions that people were asked. */
  readonly unknown: number;
  /** Attempts of steps beyond the first that were not due to failures of their own or to another provision. */
  readonly repeats: number;
  /** Where everything about a round with problems was kept. */
  readonly folder: string | null;
}

/** A round takes some seconds, and minutes on a very busy machine. This ends one that hangs. */
const limitMs = ({ faults, again }: RoundPlan) => (again ? 360_000 : 240_000) + 60_000 * faults.length;

/** Plays a round, and judges it. Rejects only when the stage itself could not be set. */
export async function playRound(plan: RoundPlan, lane: Lane): Promise<RoundResult> {
  const stage = await openStage(plan, lane);
  try {
    return await play(plan, stage);
  } finally {
    await stage.close();
  }
}

async function play(plan: RoundPlan, stage: Stage): Promise<RoundResult> {
  const { machines, talk, database, home } = stage;
  const over = new AbortController();
  const mended = new AbortController();
  const strikes: Promise<Strike | null>[] = [];
  const person = createPerson({
    talk,
    received: () => countOf(database, 'received', 'true'),
    machines: plan.machines,
    provisions: () => countOf(database, 'runs', `kind = 'provision'`),
    succeeded: () => countOf(database, 'runs', `kind = 'provision' and state = 'succeeded'`),
    get: home.get,
    journal: async () => (await Promise.all(machines.map(readJournal))).flat(),
    running: async () => new Set((await processesOn(machines)).map(({ task }) => task)),
    async mend() {
      mended.abort();
      await Promise.all(strikes.map((each) => Promise.race([each, delay(100)])));
    },
  });
  for (const fault of plan.faults) {
    const happening = happen(fault, stage, person, over.signal, mended.signal);
    // Whoever waits for it hears of it, later.
    happening.catch(() => {});
    strikes.push(happening);
  }

  const began = Date.now();
  const giveUp = AbortSignal.timeout(limitMs(plan));
  const courses: Course[] = [];
  const provision = async (line: string) => {
    const before = { unknown: person.record.unknown.length, outcomes: person.record.outcomes.length };
    const entriesBefore = (await Promise.all(machines.map(readJournal))).map(({ length }) => length);
    const from = Date.now();
    await person.accompany(line, giveUp).finally(() => {
      courses.push({ from, until: Date.now(), entriesBefore, before });
    });
  };
  const provisions = async () => {
    await provision(`provision ${ENVIRONMENT} from ${BLUEPRINT} node=${plan.machines}`);
    if (plan.again) await provision(`provision ${ENVIRONMENT}`);
  };
  const late = await provisions().then(
    () => [],
    (error: Error) => [`not ready within ${limitMs(plan)} ms: ${error.message}`],
  );
  const tookMs = Date.now() - began;
  over.abort();
  mended.abort();
  const struck = (await Promise.all(strikes)).filter((each) => each !== null);
  const evidence = await gather(plan, stage, person, struck, courses);
  const problems = [...late, ...problemsOf(evidence)];
  return {
    plan,
    strikes: struck,
    problems,
    tookMs,
    steps: countBegun(evidence),
    lines: countLines(evidence),
    unknown: evidence.record.unknown.length,
    repeats: repeatsIn(evidence),
    folder: problems.length > 0 ? await keep(problems, evidence, stage) : null,
  };
}

/** Waits for the moment of a fault and lets it happen; null when the round was over first. */
async function happen(
  fault: FaultPlan,
  stage: Stage,
  person: Person,
  over: AbortSignal,
  mend: AbortSignal,
): Promise<Strike | null> {
  try {
    await comes(fault.moment, stage.machines, person.begins[fault.inSecond ? 1 : 0], over);
  } catch (error) {
    if (over.aborted) return null;
    throw error;
  }
  // Something to be answered while the fault is there.
  void person.askAside();
  return strike(fault, stage, person, mend);
}

const countOfEntries = ({ journals }: Evidence, word: Entry['what']) =>
  journals.flat().filter(({ what }) => what === word).length;
const countBegun = (evidence: Evidence) => countOfEntries(evidence, 'begin');
const countLines = ({ provisions }: Evidence) =>
  provisions
    .flatMap(({ logs }) => [...logs.values()])
    .reduce((sum, text) => sum + text.split('\n').length - 1, 0);

/** Attempts that fail by themselves are due. */
const repeatsIn = (evidence: Evidence) => Math.max(0, countBegun(evidence) - dueInAll(evidence.plan));
