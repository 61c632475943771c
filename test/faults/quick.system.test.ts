import { afterAll, beforeAll, expect, it } from 'vitest';
import { needDebianPackages } from '../support/debian.ts';
import { describeIf, needAll, needHost } from '../support/needs.ts';
import { REDIS } from '../support/redis.ts';
import { type Lane, openLane } from './lane.ts';
import { dueInAll, dueTimes, type Kind, planRound, type RoundPlan } from './plan.ts';
import { playRound } from './round.ts';

const need = needAll(
  needHost({ root: true, mounts: true, commands: ['unshare', 'setpriv'] }),
  await needDebianPackages(['openssh-server', 'openssh-client', ...REDIS]),
);

/** Rounds of one process, two machines at the most and one fault each, which strikes in the middle of a step. */
const ROUNDS: readonly (readonly [Kind, number])[] = [
  ['kill', 101],
  ['cut', 3633],
  ['reboot', 2518],
  ['postgres', 1778],
];
/** They take 10 seconds each on a quiet machine. */
const PATIENCE_MS = 600_000;

/** Some of what `npm run test:faults` plays by the hundred. */
describeIf(need)('rounds of faults', () => {
  let lane: Lane | undefined;
  beforeAll(async () => {
    lane = await openLane();
  }, PATIENCE_MS);
  afterAll(async () => {
    await lane?.stop();
  });

  it.each(ROUNDS)(
    '%s, seed %i: every step ran once, and no line is missing or doubled',
    {
      timeout: PATIENCE_MS,
    },
    async (kind, seed) => {
      // Ansible would have to be installed first.
      const plan = { ...planRound(seed, kind), playbook: null };
      const result = await playRound(plan, lane as Lane);
      expect(result.problems).toEqual([]);
      // The fault did happen, and there was something that it could have spoilt.
      expect(result.strikes.map((strike) => strike.kind)).toEqual([kind]);
      expect(result.unknown).toBe(kind === 'reboot' ? 1 : 0);
      expect(result.steps).toBeGreaterThanOrEqual(dueInAll(plan));
      expect(result.lines).toBeGreaterThanOrEqual(linesDue(plan));
    },
  );
});

/** Lines that its steps print if nothing goes wrong. */
function linesDue({ steps, machines, again }: RoundPlan): number {
  let sum = 0;
  for (let machine = 1; machine <= machines; machine += 1) {
    for (const step of steps)
      for (const provision of again ? [0, 1] : [0]) sum += step.lines * dueTimes(step, machine, provision);
  }
  return sum;
}
