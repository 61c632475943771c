import fc from 'fast-check';
import { planStruckPlaybook, planWork, type Work } from './plan-work.ts';

/** What happens to a run in its round. The words of `--only`. */
export const KINDS = {
  kill: 'the process that does everything is killed (SIGKILL) and started again',
  'kill-bot': 'a bot is killed and started again',
  'kill-worker': 'a worker is killed and started again',
  'pause-bot': 'a bot is stopped for longer than its duties last, and continued',
  pause: 'the process that drives the run is stopped for longer than its hold, and continued',
  cut: 'the connections to a machine are reset, once or more often',
  stall: 'nothing passes between a machine and the bot for a while',
  sshd: "a machine's sshd and all its sessions are killed and started again",
  reboot: 'a machine loses its power and boots',
  reset: 'a machine loses its power and its disk, and boots',
  disk: "a machine's disk is full for a while",
  postgres: 'PostgreSQL is stopped at once (SIGQUIT) and started again',
  'redis-restart': 'Redis is killed and started again, with what it had saved or without',
  'redis-flush': 'Redis forgets everything',
  cancel: 'a person cancels the run, and then lets it go on',
} as const;
export type Kind = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as Kind[];

/** Which processes a round has. */
export type Shape =
  | { readonly kind: 'single' }
  | { readonly kind: 'distributed'; readonly bots: number; readonly workers: number };

/** When a fault strikes. Nothing is said in milliseconds since the start: that would be another moment on another day. */
export type Moment =
  | { readonly after: 'typed'; readonly ms: number }
  | {
      readonly after: 'begin' | 'end';
      readonly step: string;
      readonly machine: number;
      readonly ms: number;
    }
  | { readonly after: 'bytes'; readonly machine: number; readonly bytes: number };

export interface FaultPlan {
  readonly kind: Kind;
  readonly moment: Moment;
  /** The machine that it happens to, from 1. */
  readonly machine: number;
  /** How long what was taken away is missing. */
  readonly downMs: number;
  /** How often in a row: of cut connections. */
  readonly times: number;
  /** Bytes that are left on a full disk. */
  readonly room: number;
  /** Whether it aims at the process that drives the run, or at any. */
  readonly aimed: boolean;
  /** Its moment is one of the second provision, where there is one. */
  readonly inSecond: boolean;
}

export interface StepPlan {
  readonly id: string;
  readonly needs: readonly string[];
  readonly heavy: boolean;
  readonly repeatable: boolean;
  /** So often it fails by itself before it succeeds; each time it is retried. */
  readonly failures: number;
  /** Numbered lines that it prints, in so many bursts, with pauses between them that take `ms` together. */
  readonly lines: number;
  readonly bursts: number;
  readonly ms: number;
  /** A line is printed in two halves, with a pause between them. */
  readonly torn: boolean;
  /** It says by `done_if` that it is done: once it got done, and where it was made before the round. */
  readonly doneIf: boolean;
  /** Machines on which what it does was there before the round. */
  readonly made: readonly number[];
}

/** A file that is put on every machine. */
export interface CopyPlan {
  readonly id: string;
  readonly bytes: number;
  /** Permission bits. */
  readonly mode: number;
  readonly needs: readonly string[];
  /** Steps that come after it: they look whether it is whole, and write their attempt's name under it. */
  readonly usedBy: readonly string[];
}

export interface RoundPlan {
  readonly seed: number;
  readonly kind: Kind;
  readonly shape: Shape;
  readonly machines: number;
  readonly heavySlots: number;
  readonly steps: readonly StepPlan[];
  readonly copies: readonly CopyPlan[];
  readonly playbook: PlaybookPlan | null;
  /** When it is ready, the environment is provisioned once more. */
  readonly again: boolean;
  readonly faults: readonly FaultPlan[];
}

/** A playbook that writes down its begin and end on every machine. */
export interface PlaybookPlan {
  readonly id: string;
  readonly needs: readonly string[];
  readonly repeatable: boolean;
  /** How long it takes on a machine. */
  readonly ms: number;
}

/** How often a step is to begin on a machine in the first provision (0) or the second (1), if nothing goes wrong. */
export function dueTimes({ doneIf, made, failures }: StepPlan, machine: number, provision: number): number {
  if (made.includes(machine) || (doneIf && provision > 0)) return 0;
  return provision > 0 ? 1 : 1 + failures;
}

/** How often steps are to begin in the whole round. */
export function dueInAll({ steps, machines, again }: RoundPlan): number {
  let sum = 0;
  for (let machine = 1; machine <= machines; machine += 1) {
    for (const step of steps) sum += dueTimes(step, machine, 0) + (again ? dueTimes(step, machine, 1) : 0);
  }
  return sum;
}

/** What its seed alone gave before there was other work than scripts. */
interface Outline extends Omit<RoundPlan, 'seed' | 'kind' | keyof Work> {
  readonly steps: readonly Omit<StepPlan, 'doneIf' | 'made'>[];
  readonly faults: readonly Omit<FaultPlan, 'inSecond'>[];
}

const ONLY_SINGLE: readonly Kind[] = ['kill'];
const ONLY_DISTRIBUTED: readonly Kind[] = [
  'kill-bot',
  'kill-worker',
  'pause-bot',
  'redis-restart',
  'redis-flush',
];
/** Kinds that come along with others; those that take long by their nature come only when asked for. */
const COMPANIONS: readonly Kind[] = [
  ...(['cut', 'cut', 'stall', 'sshd', 'reboot', 'reset', 'postgres', 'redis-flush', 'cancel'] as const),
];

export const MOST_MACHINES = 3;

/** What ends a playbook, or what it is at on a machine, or keeps it from one. */
const MEETS_PLAYBOOKS: ReadonlySet<Kind> = new Set<Kind>([
  ...(['kill', 'kill-worker', 'pause', 'postgres', 'cancel'] as const),
  ...(['cut', 'stall', 'sshd', 'reboot', 'reset'] as const),
]);
/** From this seed on half of the rounds about these have a playbook, and are struck while it is at work: by chance that is rare. */
const MEETS_THEM_SINCE = 10_000;

/** Everything about a round, from its seed and the kind of fault that it is about. */
export function planRound(seed: number, kind: Kind): RoundPlan {
  const [outline] = fc.sample(roundOf(kind), { seed, numRuns: 1 });
  const { steps, faults, ...rest } = outline as Outline;
  const { copies, again, ...work } = planWork(seed, rest.machines, steps, faults.length);
  const meets = seed >= MEETS_THEM_SINCE && seed % 2 === 0 && MEETS_PLAYBOOKS.has(kind);
  const met = meets ? planStruckPlaybook(seed, rest.machines, steps) : null;
  const playbook = met?.playbook ?? work.playbook;
  return {
    ...{ seed, kind, copies, playbook, again },
    ...rest,
    steps: steps.map((step, i) => ({ doneIf: false, made: [], ...work.steps[i], ...step })),
    faults: faults.map((fault, i) => ({
      ...fault,
      ...(met && i === 0 ? { moment: met.moment } : {}),
      inSecond: again && work.faults[i]?.inSecond === true,
    })),
  };
}

const roundOf = (kind: Kind): fc.Arbitrary<Outline> =>
  fc
    .record({ shape: shapeFor(kind), machines: fc.integer({ min: 1, max: MOST_MACHINES }), steps: steps() })
    .chain(({ shape, machines, steps }) =>
      fc.record({
        shape: fc.constant(shape),
        machines: fc.constant(machines),
        heavySlots: fc.integer({ min: 1, max: 2 }),
        steps: fc.constant(steps),
        faults: fc
          .array(fc.constantFrom(...COMPANIONS.filter((each) => fits(each, shape))), { maxLength: 2 })
          .chain((more) => fc.tuple(...[kind, ...more].map((each) => faultOf(each, machines, steps)))),
      }),
    );

function shapeFor(kind: Kind): fc.Arbitrary<Shape> {
  const single = fc.constant<Shape>({ kind: 'single' });
  const distributed = fc.record({
    kind: fc.constant('distributed' as const),
    bots: fc.constantFrom(1, 1, 2),
    workers: fc.integer({ min: 1, max: 3 }),
  });
  if (ONLY_SINGLE.includes(kind)) return single;
  if (ONLY_DISTRIBUTED.includes(kind)) return distributed;
  return fc.oneof(single, distributed);
}

const fits = (kind: Kind, shape: Shape) =>
  shape.kind === 'single' ? !ONLY_DISTRIBUTED.includes(kind) : !ONLY_SINGLE.includes(kind);

const steps = () =>
  fc
    .integer({ min: 2, max: 5 })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => step(i))));

function step(index: number): fc.Arbitrary<Outline['steps'][number]> {
  const earlier = Array.from({ length: index }, (_, i) => `s${i + 1}`);
  return fc.record({
    id: fc.constant(`s${index + 1}`),
    needs: fc.subarray(earlier, { maxLength: Math.min(2, index) }),
    heavy: fc.boolean(),
    repeatable: fc.boolean(),
    failures: fc.constantFrom(0, 0, 0, 1, 2),
    lines: fc.constantFrom(0, 1, 20, 100, 500, 500, 2000),
    bursts: fc.integer({ min: 1, max: 5 }),
    ms: fc.constantFrom(0, 50, 200, 600, 1000, 1500),
    torn: fc.boolean(),
  });
}

function faultOf(
  kind: Kind,
  machines: number,
  steps: Outline['steps'],
): fc.Arbitrary<Outline['faults'][number]> {
  return fc.record({
    kind: fc.constant(kind),
    moment: momentOf(machines, steps),
    machine: fc.integer({ min: 1, max: machines }),
    downMs: fc.constantFrom(0, 0, 100, 400, 1000, 2000),
    times: fc.constantFrom(1, 1, 2, 4),
    room: fc.constantFrom(0, 4_000, 30_000),
    aimed: fc.constantFrom(true, true, true, false),
  });
}

function momentOf(machines: number, steps: Outline['steps']): fc.Arbitrary<Moment> {
  const machine = fc.integer({ min: 1, max: machines });
  const ms = fc.integer({ min: 0, max: 400 });
  return fc.oneof(
    { weight: 1, arbitrary: fc.record({ after: fc.constant('typed' as const), ms }) },
    {
      weight: 4,
      arbitrary: fc.record({
        after: fc.constantFrom('begin' as const, 'begin' as const, 'end' as const),
        step: fc.constantFrom(...steps.map(({ id }) => id)),
        machine,
        ms,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        after: fc.constant('bytes' as const),
        machine,
        bytes: fc.integer({ min: 1, max: 40_000 }),
      }),
    },
  );
}
