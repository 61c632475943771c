import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Entry } from './journal.ts';
import { answerIn, ENVIRONMENT, isQuestion, isTrouble, outcomeIn, wasCutOff } from './phrases.ts';
import type { Talk } from './talk.ts';
import { theRun } from './the-run.ts';

/** What a person in the channel was asked and said in a round. */
export interface PersonsRecord {
  /** Lines that the program has taken in. */
  readonly accepted: readonly { readonly line: string; readonly at: number }[];
  /** How often each line was said: one that seemed to go unheard may be heard later after all. */
  readonly said: ReadonlyMap<string, number>;
  /** Lines that nobody took in, although a bot was there. Times in ms since 1970. */
  readonly ignored: readonly { readonly line: string; readonly at: number }[];
  /** Tasks (`step@node`) of which nobody knew what became, why, and what the person answered. */
  readonly unknown: readonly { readonly task: string; readonly why: string; readonly answer: string }[];
  /** Each word of a cancelled run, with what was alive on the machines when it was heard: tasks (`step@node`), or their names. */
  readonly cancelled: readonly { readonly line: string; readonly alive: readonly string[] }[];
  /** Outcomes that were not "ready", after each of which the person let the run go on. */
  readonly outcomes: readonly string[];
}

/** Starts the run, answers truthfully what the bot asks, and lets the run go on until it is done. */
export interface Person {
  readonly record: PersonsRecord;
  /** Says a line until it is taken in: what is said to a process that is killed is said again. */
  say(line: string): Promise<void>;
  /** Resolve when the command of the first provision is being said, and that of the second. */
  readonly begins: readonly [Promise<void>, Promise<void>];
  /** Says something harmless that is answered in a way of its own. */
  askAside(): Promise<void>;
  /** Says this, and resolves when the environment is ready. */
  accompany(line: string, giveUp: AbortSignal): Promise<void>;
}

export interface PersonOptions {
  readonly talk: Talk;
  /** How many messages the program has taken in. */
  readonly received: () => Promise<number>;
  /** GET of the API. */
  readonly get: (path: string) => Promise<string>;
  /** What the steps wrote down on their machines. */
  readonly journal: () => Promise<readonly Entry[]>;
  /** Tasks (names of state directories) that run on some machine. */
  readonly running: () => Promise<ReadonlySet<string>>;
  /** How many machines the environment has. */
  readonly machines: number;
  /** Provisions that were begun. */
  readonly provisions: () => Promise<number>;
  /** Those of them that got done. */
  readonly succeeded: () => Promise<number>;
  /** Mends what is out of order, before something is tried again. */
  readonly mend: () => Promise<void>;
}

const LOOK_MS = 60;
/** What a playbook was at on a machine takes less, unless that has lost its power. */
const ENDS_WITHIN_MS = 3_000;
/** After that time without being taken in, a line is said again. */
const HEARD_WITHIN_MS = 30_000;

const unknownTasks = z.object({
  tasks: z.array(
    z.object({
      step: z.string(),
      node: z.string().nullable(),
      state: z.string(),
      detail: z.string().nullable(),
    }),
  ),
});

export function createPerson(options: PersonOptions): Person {
  const { talk, received, get, journal, running, provisions, succeeded, machines, mend } = options;
  const accepted: { line: string; at: number }[] = [];
  const said = new Map<string, number>();
  const ignored: { line: string; at: number }[] = [];
  const unknown: { task: string; why: string; answer: string }[] = [];
  const outcomes: string[] = [];
  const cancelled: { line: string; alive: string[] }[] = [];
  let asides = 0;
  let read = 0;
  /** A line at a time, so that what is taken in is known to be it. */
  let speaking: Promise<void> = Promise.resolve();
  const [first, second] = [signal(), signal()];
  /** Provisions that were to be begun; what tasks on machines were called that came before this one. */
  let due = 0;
  let earlier: ReadonlySet<string> = new Set();

  function say(line: string, begin = () => {}): Promise<void> {
    speaking = speaking.then(() => sayNow(line, begin));
    // What is said into the end of a round is for nobody.
    speaking.catch(() => {});
    return speaking;
  }

  async function sayNow(line: string, begin: () => void): Promise<void> {
    const before = await received();
    for (;;) {
      const at = Date.now();
      said.set(line, (said.get(line) ?? 0) + 1);
      const isGone = await talk.say(line);
      begin();
      for (;;) {
        // In this order: what it took in before it went counts.
        const last = isGone() || Date.now() > at + HEARD_WITHIN_MS;
        if ((await received()) > before) {
          accepted.push({ line, at });
          return;
        }
        if (last) break;
        await delay(LOOK_MS);
      }
      if (!isGone()) ignored.push({ line, at });
    }
  }

  /** The answer of somebody who has looked. */
  async function answerFor(step: string, node: string): Promise<'done' | 'again'> {
    for (;;) {
      const alive = await running();
      const entries = (await journal()).filter(
        (entry) => entry.step === step && entry.node === node && !earlier.has(entry.task),
      );
      if (!entries.some(({ task }) => alive.has(task)))
        return entries.at(-1)?.what === 'ok' ? 'done' : 'again';
      await delay(LOOK_MS);
    }
  }

  /** Of a playbook: where it was at work it comes to its end there, whatever became of who ran it. */
  async function answerForAll(step: string): Promise<'done' | 'again'> {
    const lastLookAt = Date.now() + ENDS_WITHIN_MS;
    for (;;) {
      const entries = (await journal()).filter((entry) => entry.step === step && !earlier.has(entry.task));
      const over = entries.filter(({ what }) => what === 'ok');
      const open = entries.filter(({ what }) => what === 'begin').length - over.length;
      if (open === 0 || Date.now() > lastLookAt)
        return new Set(over.map(({ node }) => node)).size === machines ? 'done' : 'again';
      await delay(LOOK_MS);
    }
  }

  async function aliveNow(): Promise<string[]> {
    const alive = [...(await running())].filter((task) => task !== '');
    const entries = await journal();
    return alive.map((task) => {
      const entry = entries.find((each) => each.task === task);
      return entry ? `${entry.step}@${entry.node}` : task;
    });
  }

  async function answerAll(): Promise<void> {
    const run = await theRun(get);
    const { tasks } = unknownTasks.parse(JSON.parse(await get(`/api/runs/${run}`)));
    for (const { step, node, state, detail } of tasks) {
      if (state !== 'unknown') continue;
      const task = node === null ? step : `${step}@${node}`;
      const answer = await (node === null ? answerForAll(step) : answerFor(step, node));
      unknown.push({ task, why: detail ?? '', answer });
      await say(`resolve ${ENVIRONMENT} ${task} ${answer}`);
    }
  }

  /** Whether that was the last word. */
  async function react(line: string): Promise<boolean> {
    const outcome = outcomeIn(line);
    if (isQuestion(line)) await answerAll();
    // That of an earlier one may be told once more.
    else if (outcome === 'ready') return (await succeeded()) >= due;
    else if (outcome !== null) {
      // One that is told again comes when the run may go on already.
      if (outcome === 'cancelled' && !outcomes.includes(line))
        cancelled.push({ line, alive: await aliveNow() });
      outcomes.push(line);
      await mend();
      if (outcome === 'unknown') await answerAll();
      await say(`retry ${ENVIRONMENT}`);
    } else await sayAgain(line);
    return false;
  }

  /** What could not be done is said again; what was said aside is not worth it. */
  async function sayAgain(line: string): Promise<void> {
    const what = isTrouble(line) ? lastSaid() : wasCutOff(line) ? answerIn(line) : null;
    const again = accepted.findLast((each) => what !== null && each.line.startsWith(`${what} `));
    if (!again) return;
    await mend();
    if (what === 'resolve') await answerAll();
    // Who looks sees that it goes on, or is over already.
    else if (what !== 'provision' || (await provisions()) < due) await say(again.line);
  }

  const lastSaid = () =>
    accepted.findLast(({ line }) => !line.startsWith('status '))?.line.split(' ')[0] ?? null;

  return {
    record: { accepted, said, ignored, unknown, outcomes, cancelled },
    say: (line) => say(line),
    begins: [first.given, second.given],
    askAside() {
      asides += 1;
      return say(`status aside-${asides}`);
    },
    async accompany(line, giveUp) {
      earlier = new Set((await journal()).map(({ task }) => task));
      due += 1;
      void say(line, due === 1 ? first.give : second.give);
      for (;;) {
        giveUp.throwIfAborted();
        const next = talk.heard()[read];
        if (next === undefined) {
          await delay(LOOK_MS);
          continue;
        }
        read += 1;
        // The process that said it may be gone by now, and the next one not be there yet.
        if (await patiently(() => react(next.line), giveUp)) return;
      }
    },
  };
}

function signal() {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}

async function patiently<T>(work: () => Promise<T>, giveUp: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (giveUp.aborted) throw error;
      await delay(100);
    }
  }
}
