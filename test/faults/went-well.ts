import { lineOf, nodeName } from './blueprint.ts';
import type { Evidence, Provision } from './evidence.ts';
import type { Entry } from './journal.ts';
import type { RoundPlan, StepPlan } from './plan.ts';
import type { Strike } from './strikes.ts';
import { problemsOf } from './verdict.ts';

/** What is left of a round in which all went well, to be changed by tests of its judge. */

export const step = (id: string, more: Partial<StepPlan> = {}): StepPlan => ({
  id,
  needs: [],
  heavy: false,
  repeatable: false,
  failures: 0,
  lines: 3,
  bursts: 1,
  ms: 0,
  torn: false,
  doneIf: false,
  made: [],
  ...more,
});

export const entry = (id: string, what: Entry['what'], attempt = 1, machine = 1): Entry => ({
  task: `run-${id}-${attempt}`,
  attempt,
  step: id,
  node: nodeName(machine),
  what,
});

export const printed = (of: StepPlan, attempt = 1, lines = of.lines) =>
  Array.from({ length: lines }, (_, i) => `${lineOf(of, 'node-1', attempt, i + 1)}\n`).join('');

export const struck = (kind: Strike['kind'], more: Partial<Strike> = {}): Strike => ({
  kind,
  machine: 1,
  part: '',
  from: 1_000,
  until: 2_000,
  takeoverMs: null,
  stalledMs: 0,
  entries: 1,
  ...more,
});

export const READY = 'demo ready in 1 s: 1 check passed, baseline kept. http://127.0.0.1:1/runs/1';
export const s1 = step('s1');

export type Changes = Partial<Evidence> &
  Partial<Pick<RoundPlan, 'faults' | 'copies' | 'playbook' | 'again'>> & {
    step?: StepPlan;
    /** Of the first provision. */
    tasks?: Provision['tasks'];
    logs?: Provision['logs'];
    runState?: string;
    /** What the second one changes of the first, if there is one. */
    second?: Partial<Provision>;
  };

/** A round of one step on one machine in which all was well, but for what is changed. */
export function evidence(changes: Changes = {}) {
  const { step: only = s1, faults = [], copies = [], playbook = null, again = false, ...others } = changes;
  const { tasks, logs, runState, second, ...more } = others;
  const first: Provision = {
    from: 1,
    until: 3,
    entriesBefore: [0],
    before: { unknown: 0, outcomes: 0 },
    tasks: tasks ?? [{ step: 's1', node: 'node-1', state: 'done' }],
    logs: logs ?? new Map([['s1@node-1', printed(only)]]),
    runState: runState ?? 'succeeded',
  };
  const whole: Evidence = {
    plan: {
      seed: 1,
      kind: 'cut',
      shape: { kind: 'single' },
      machines: 1,
      heavySlots: 1,
      steps: [only],
      copies,
      playbook,
      again,
      faults,
    },
    journals: [[entry('s1', 'begin'), entry('s1', 'ok')]],
    provisions: again ? [first, { ...first, from: 100, until: 200, ...second }] : [first],
    copied: new Map(),
    beside: [[]],
    environmentState: 'ready',
    heard: [
      { at: 1, line: 'demo: provisioning … watch http://127.0.0.1:1/runs/1' },
      { at: 2, line: 'There is no environment aside-1 — environments here: demo' },
      { at: 3, line: READY },
    ],
    record: {
      accepted: [
        { at: 1, line: 'provision demo from round node=1' },
        { at: 1, line: 'status aside-1' },
      ],
      said: new Map(),
      ignored: [],
      unknown: [],
      outcomes: [],
      cancelled: [],
    },
    strikes: [],
    outcomes: 1,
    leftovers: [],
    endedByThemselves: [],
    ...more,
  };
  return whole;
}
export const problems = (changes?: Changes) => problemsOf(evidence(changes)).join('\n');
export const journals = (...entries: Entry[]) => ({ journals: [entries] });
export const log = (text: string) => ({ logs: new Map([['s1@node-1', text]]) });

/** The plan of a fault: somebody cancels, once. */
export const CANCEL = {
  kind: 'cancel',
  moment: { after: 'typed', ms: 0 },
  machine: 1,
  downMs: 0,
  times: 1,
  room: 0,
  aimed: true,
  inSecond: false,
} as const;
