import fc from 'fast-check';
import type { CopyPlan, Moment, PlaybookPlan, RoundPlan, StepPlan } from './plan.ts';

/** What a round has to do beside running scripts: files, a playbook, steps that are done already, the same environment once more. */
export type Work = Pick<RoundPlan, 'copies' | 'playbook' | 'again'> & {
  /** Of each step. */
  readonly steps: readonly Pick<StepPlan, 'doneIf' | 'made'>[];
  /** Of each fault. */
  readonly faults: readonly { readonly inSecond: boolean }[];
};

/** Drawn apart from the rest of the plan, so that what a seed gives there stays what it was. */
export function planWork(
  seed: number,
  machines: number,
  steps: readonly { readonly id: string }[],
  faults: number,
): Work {
  const [work] = fc.sample(workOf(machines, steps, faults), { seed: seed + 1_000_003, numRuns: 1 });
  return work as Work;
}

/** A playbook, and when on its way the round's fault strikes; drawn apart, too. */
export function planStruckPlaybook(
  seed: number,
  machines: number,
  steps: readonly { readonly id: string }[],
): { readonly playbook: PlaybookPlan; readonly moment: Moment } {
  const struck = fc.record({
    playbook: playbookOf(steps, [800, 2_000]),
    moment: fc.record({
      after: fc.constantFrom('begin' as const, 'begin' as const, 'end' as const),
      step: fc.constant(PLAYBOOK),
      machine: fc.integer({ min: 1, max: machines }),
      ms: fc.integer({ min: 0, max: 400 }),
    }),
  });
  // What is drawn first is nearly the same of seeds that are near each other.
  const [drawn] = fc.sample(struck, { seed: Math.imul(seed, 0x9e37_79b1), numRuns: 1 });
  if (!drawn) throw new Error('nothing was drawn');
  return drawn;
}

const PLAYBOOK = 'p1';

function playbookOf(
  steps: readonly { readonly id: string }[],
  takes: readonly number[],
): fc.Arbitrary<PlaybookPlan> {
  return fc.record({
    id: fc.constant(PLAYBOOK),
    needs: fc.subarray(
      steps.map(({ id }) => id),
      { maxLength: 1 },
    ),
    repeatable: fc.boolean(),
    ms: fc.constantFrom(...takes),
  });
}

function workOf(
  machines: number,
  steps: readonly { readonly id: string }[],
  faults: number,
): fc.Arbitrary<Work> {
  const machine = fc.integer({ min: 1, max: machines });
  return fc.record({
    copies: fc
      .integer({ min: 0, max: 2 })
      .chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => copyOf(`c${i + 1}`, steps)))),
    // Ansible takes seconds.
    playbook: fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      {
        weight: 1,
        arbitrary: playbookOf(steps, [100, 800]),
      },
    ),
    again: fc.boolean(),
    steps: fc
      .tuple(
        fc.tuple(...steps.map(() => fc.constantFrom(true, false, false))),
        fc.option(fc.record({ step: fc.nat({ max: steps.length - 1 }), machine }), { freq: 2 }),
      )
      .map(([doneIf, made]) =>
        doneIf.map((isAsked, i) => ({
          doneIf: isAsked || made?.step === i,
          made: made?.step === i ? [made.machine] : [],
        })),
      ),
    faults: fc
      .tuple(...Array.from({ length: faults }, () => fc.boolean()))
      .map((late) => late.map((inSecond) => ({ inSecond }))),
  });
}

/** Somewhere between the steps: after some of those before it, before some of those after it. */
function copyOf(id: string, steps: readonly { readonly id: string }[]): fc.Arbitrary<CopyPlan> {
  const ids = steps.map((step) => step.id);
  return fc.nat({ max: ids.length }).chain((place) => {
    const [before, after] = [ids.slice(0, place), ids.slice(place)];
    return fc.record({
      id: fc.constant(id),
      bytes: fc.constantFrom(0, 1, 5_000, 300_000, 3_000_000),
      mode: fc.constantFrom(0o644, 0o600, 0o755),
      needs: fc.subarray(before, { maxLength: Math.min(1, before.length) }),
      usedBy: fc.subarray(after, {
        minLength: Math.min(1, after.length),
        maxLength: Math.min(2, after.length),
      }),
    });
  });
}
