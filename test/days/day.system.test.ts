import { afterAll, beforeAll, expect, it } from 'vitest';
import { needDebianPackages } from '../support/debian.ts';
import { INSPIRCD } from '../support/irc/packages.ts';
import { describeIf } from '../support/needs.ts';
import { A_FEW } from './cast.ts';
import { playDay } from './day.ts';
import { type Lane, openLane } from './lane.ts';
import { planDay } from './plan.ts';

const packages = await needDebianPackages(['openssh-server', 'openssh-client', ...INSPIRCD]);
const DAY = { company: A_FEW, acts: 110, environments: 3, troubles: 2 };
const SEED = 8;
/** Many times what it takes on a machine that does nothing else. */
const PATIENCE_MS = 300_000;

/** Some of what `npm run test:days` plays by the hundred, with seventy people each. */
describeIf(packages)('a simulated day', () => {
  let lane: Lane | undefined;
  beforeAll(async () => {
    lane = await openLane(A_FEW, DAY.environments);
  }, PATIENCE_MS);
  afterAll(async () => {
    await lane?.close();
  });

  it('nobody gets in anybody’s way, through a kill and a restart of the bot', {
    timeout: PATIENCE_MS,
  }, async () => {
    const result = await playDay(planDay(SEED, DAY), lane as Lane);
    expect(result.problems).toEqual([]);
    expect(result.troubles.toSorted()).toEqual(['kill', 'restart']);
    // Something did happen that could have gone wrong.
    expect(result.counts.commands).toBeGreaterThan(60);
    expect(result.counts.claims).toBeGreaterThan(3);
    expect(result.counts.runs).toBeGreaterThan(3);
  });
});
