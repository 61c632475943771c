/**
 * The rules of votes: one vote per person, changeable until the deadline. Accounts are not persons: two accounts that belong
 * to one human, or once did while the vote was open, have one vote between them. Pure.
 */

export interface Ballot {
  /** Every account that this ballot speaks for: those of the person when it was cast, and of ballots that it replaced. */
  readonly identities: readonly string[];
  /** Which option, from 0. */
  readonly option: number;
  /** Order of casting. */
  readonly at: Date;
}

/** The ballots after `ballot` was cast: what any of its accounts said before is replaced. */
export function cast<B extends Ballot>(ballots: readonly B[], ballot: B): B[] {
  const speaksFor = new Set(ballot.identities);
  const isReplaced = (other: B) => other.identities.some((identity) => speaksFor.has(identity));
  const replaced = ballots.filter(isReplaced);
  const identities = [...new Set([...ballot.identities, ...replaced.flatMap((other) => other.identities)])];
  return [...ballots.filter((other) => !isReplaced(other)), { ...ballot, identities }];
}

/**
 * The ballots that count: people who have linked their accounts since they voted with each of them have the last one.
 * `accountsOf` gives all accounts of the person who has this one now.
 */
export function countable(
  ballots: readonly Ballot[],
  accountsOf: (identity: string) => readonly string[],
): Ballot[] {
  return [...ballots]
    .sort((a, b) => a.at.getTime() - b.at.getTime())
    .map((ballot) => ({
      ...ballot,
      identities: [...new Set(ballot.identities.flatMap((identity) => [identity, ...accountsOf(identity)]))],
    }))
    .reduce<Ballot[]>(cast, []);
}

export interface Tally {
  /** Votes per option, in the order of the options. */
  readonly counts: readonly number[];
  readonly voters: number;
  /** The options with the most votes: one, several that are level, or none when nobody voted. */
  readonly winners: readonly number[];
}

export function tally(options: number, ballots: readonly Ballot[]): Tally {
  const counts = Array.from(
    { length: options },
    (_, at) => ballots.filter(({ option }) => option === at).length,
  );
  const most = Math.max(0, ...counts);
  return {
    counts,
    voters: ballots.length,
    winners: most === 0 ? [] : counts.flatMap((count, at) => (count === most ? [at] : [])),
  };
}

/** How an option is called beside its text: `a`, `b` … */
export function letterOf(option: number): string {
  return String.fromCharCode(97 + option);
}

/** `5 OVN, 2 Linux bridge` — most votes first, level ones in their order; options without votes are left out. */
export function inWords(options: readonly string[], { counts }: Tally): string {
  return counts
    .map((count, at) => ({ count, text: options[at] ?? '' }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .map(({ count, text }) => `${count} ${text}`)
    .join(', ');
}
