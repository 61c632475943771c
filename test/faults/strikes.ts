import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { readJournal } from './journal.ts';
import type { Machine } from './machine.ts';
import type { Part, Parts } from './parts.ts';
import type { Person } from './person.ts';
import { ENVIRONMENT } from './phrases.ts';
import type { FaultPlan, Kind } from './plan.ts';
import type { Stage } from './stage.ts';
import { stalledMs } from './stalled.ts';
import { NETWORK } from './talk.ts';

/** A fault as it was. Times in ms since 1970. */
export interface Strike {
  readonly kind: Kind;
  readonly machine: number;
  /** The process that it struck; empty if none. */
  readonly part: string;
  readonly from: number;
  readonly until: number;
  /**
   * Ms from the strike until another process, or the same one started again, drove the run, or held the channel where a bot was
   * struck that did; null if it did not. Where no other process could take over, from the end of a pause, or from when the
   * one that was killed was ready again.
   */
  readonly takeoverMs: number | null;
  /** For so many ms of that time some process of this machine waited for a processor. */
  readonly stalledMs: number;
  /** How many entries the machine's journal had when all was given back. */
  readonly entries: number;
}

/** A hold lasts 9 seconds. */
const LONGER_THAN_A_HOLD_MS = 17_000;
const TAKEOVER_WITHIN_MS = 60_000;

/** What happens to a machine happens one after the other. */
const turns = new WeakMap<Machine, Promise<void>>();

interface Blow {
  readonly part?: Part;
  /** Takes away and gives back. */
  readonly strike: () => Promise<void>;
}

/** Lets the fault happen, to its end. `mend`: nothing is to be missing for longer. */
export async function strike(
  fault: FaultPlan,
  stage: Stage,
  person: Person,
  mend: AbortSignal,
): Promise<Strike> {
  const talks = fault.kind === 'kill-bot' || fault.kind === 'pause-bot';
  const drives = fault.kind === 'kill' || fault.kind === 'kill-worker' || fault.kind === 'pause';
  const holder = talks ? await talkerOf(stage) : drives ? await driverOf(stage) : null;
  const { part, strike: strikeNow } = blowOf(fault, stage, person, holder?.pid ?? null, mend);
  const isPause = fault.kind.startsWith('pause');
  const isAlone = part !== undefined && sameRole(stage.parts, part).length <= 1;
  const machine = stage.machines[fault.machine - 1] as Machine;
  // A machine without power has no sshd to kill.
  const turn = part ? Promise.resolve() : turns.get(machine);
  let from = 0;
  let stalledBefore = 0;
  let stalled = 0;
  let driven: Promise<number | null> | null = null;
  const done = Promise.resolve(turn)
    .then(() => {
      from = Date.now();
      stalledBefore = stalledMs() ?? 0;
      if (part && holder && part.pid === holder.pid)
        driven = (talks ? talksAgain(stage, holder, from) : drivenAgain(stage, holder, from))
          // One that was paused and is alone goes on by itself.
          .then((at) => (at === 'never' ? (isAlone && isPause ? null : Date.now()) : at))
          .catch(() => null)
          .finally(() => {
            stalled = (stalledMs() ?? stalledBefore) - stalledBefore;
          });
      return strikeNow();
    })
    .then(() => {
      if (isAlone && isPause) stalledBefore = stalledMs() ?? stalledBefore;
    });
  if (!part)
    turns.set(
      machine,
      done.catch(() => {}),
    );
  await done;
  const until = Date.now();
  const takenAt = await driven;
  const since = part && isAlone ? (isPause ? until : readyAgain(stage.parts, part, from)) : from;
  return {
    kind: fault.kind,
    machine: fault.machine,
    part: part?.name ?? '',
    from,
    until,
    entries: (await readJournal(machine)).length,
    takeoverMs: takenAt === null ? null : Math.max(0, takenAt - since),
    stalledMs: Math.round(stalled),
  };
}

function blowOf(
  fault: FaultPlan,
  stage: Stage,
  person: Person,
  holder: number | null,
  mend: AbortSignal,
): Blow {
  const machine = stage.machines[fault.machine - 1] as Machine;
  const { downMs, kind } = fault;
  const { redis } = stage.lane;
  const missing = () => delay(downMs, undefined, { signal: mend }).catch(() => {});
  switch (kind) {
    case 'kill':
    case 'kill-bot':
    case 'kill-worker': {
      const part = victim(stage.parts, ROLES[kind], fault.aimed ? holder : null);
      return { part, strike: () => part.kill(downMs) };
    }
    case 'pause':
    case 'pause-bot': {
      const part = victim(stage.parts, ROLES[kind], holder);
      return { part, strike: () => part.pause(LONGER_THAN_A_HOLD_MS, NEVER) };
    }
    case 'cut':
      return {
        async strike() {
          for (let i = 0; i < fault.times; i += 1) {
            if (i > 0) await missing();
            machine.proxy.cut();
          }
        },
      };
    case 'stall':
      return {
        async strike() {
          machine.proxy.stall();
          await missing();
          machine.proxy.resume();
        },
      };
    case 'sshd':
      return {
        async strike() {
          await machine.killSshd();
          await missing();
          await machine.startSshd();
        },
      };
    case 'reboot':
    case 'reset':
      return {
        async strike() {
          await machine.cutPower();
          if (kind === 'reset') await machine.wipe();
          await missing();
          await machine.boot();
        },
      };
    case 'disk':
      return {
        async strike() {
          await machine.fillDisk(fault.room);
          await missing();
          await machine.freeDisk();
        },
      };
    case 'postgres':
      return { strike: () => stage.lane.postgres.crash(downMs, mend) };
    case 'redis-restart':
      return {
        async strike() {
          await redis.stop();
          await missing();
          await redis.start();
        },
      };
    case 'redis-flush':
      return { strike: () => redis.flush() };
    case 'cancel':
      return { strike: () => person.say(`cancel ${ENVIRONMENT}`) };
  }
}

const ROLES = {
  kill: ['all'],
  'kill-bot': ['bot'],
  'kill-worker': ['worker'],
  pause: ['all', 'worker'],
  'pause-bot': ['bot'],
} as const;
const NEVER = new AbortController().signal;

/** The process with that number if it has the role, else any that has. */
function victim(parts: Parts, roles: readonly Part['role'][], pid: number | null): Part {
  const able = parts.all.filter(({ role }) => roles.includes(role));
  const found =
    able.find((part) => part.pid !== null && part.pid === pid) ?? able.find((part) => part.pid) ?? able[0];
  if (!found) throw new Error(`the round has no ${roles}`);
  return found;
}

const sameRole = (parts: Parts, { role }: Part) => parts.all.filter((part) => part.role === role && part.pid);

/** When a process said that it is ready for the first time after that. */
const readyAgain = (parts: Parts, { name }: Part, after: number) =>
  parts.said().find(({ part, at, line }) => part === name && at > after && /^ready/.test(line))?.at ?? after;

interface Holder {
  readonly pid: number;
  readonly generation: number;
}

/** Which of our processes drives the run now. */
const driverOf = (stage: Stage) =>
  ours(
    stage,
    `select hold_owner as owner, hold_generation as generation from runs where hold_expires_at is not null`,
  );

/** Which of our processes holds the channel now. */
const talkerOf = (stage: Stage) =>
  ours(stage, `select owner, generation from duties where name = 'chat:irc:${NETWORK}'`);

async function ours({ database }: Stage, query: string): Promise<Holder | null> {
  const [row] = await database.query<{ owner: string | null; generation: number }>(query);
  if (!row?.owner?.startsWith(`${hostname()}/`)) return null;
  return { pid: Number(row.owner.slice(hostname().length + 1)), generation: row.generation };
}

/** When the run was next taken up; null if it had ended before, or waits for people; never: not in a minute. */
async function drivenAgain(
  { database }: Stage,
  { generation }: Holder,
  from: number,
): Promise<number | null | 'never'> {
  while (Date.now() < from + TAKEOVER_WITHIN_MS) {
    const [row] = await database.query<{ generation: number; drives: boolean }>(
      `select hold_generation as generation, ended_at is null and state <> 'waiting' as drives from runs order by id desc limit 1`,
    );
    if (!row?.drives) return null;
    if (row.generation > generation) return Date.now();
    await delay(50);
  }
  return 'never';
}

/** When another process had the channel and was in it. */
async function talksAgain(stage: Stage, { generation }: Holder, from: number): Promise<number | 'never'> {
  while (Date.now() < from + TAKEOVER_WITHIN_MS) {
    const now = await talkerOf(stage);
    if (now && now.generation > generation && stage.talk.isHeld()) return Date.now();
    await delay(50);
  }
  return 'never';
}
