import type { Queryable } from '../db/client.ts';
import { accountsBeside, ballotsOf, type VoteRow } from '../db/votes.ts';
import { countable, type Tally, tally } from '../sessions/votes.ts';

/** What is counted now: one ballot for each person, as accounts are linked by now. */
export async function countVotes(db: Queryable, vote: VoteRow): Promise<Tally> {
  const ballots = await ballotsOf(db, [vote.id]);
  const beside = await accountsBeside(
    db,
    ballots.flatMap(({ identities }) => identities),
  );
  const accountsOf = (identity: string) =>
    [...beside.values()].find((accounts) => accounts.includes(identity)) ?? [identity];
  return tally(vote.options.length, countable(ballots, accountsOf));
}
