import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inOrder } from '../../sessions/agenda.ts';
import { type Ballot, cast, countable, inWords, letterOf, tally } from '../../sessions/votes.ts';

const ACCOUNTS = ['irc:lab/ann', 'slack:T/U1', 'discord:7', 'irc:lab/bob', 'slack:T/U2'] as const;
type Step =
  | { readonly do: 'vote'; readonly account: number; readonly option: number }
  | { readonly do: 'link'; readonly account: number; readonly to: number }
  | { readonly do: 'unlink'; readonly account: number };

const account = fc.nat({ max: ACCOUNTS.length - 1 });
const steps = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('vote' as const), account, option: fc.nat({ max: 2 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('link' as const), account, to: account }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('unlink' as const), account }) },
  ),
  { maxLength: 30 },
);

/** Plays a history of people who vote, link and unlink accounts; persons are numbers, as in the database. */
function play(history: readonly Step[]) {
  const personOf = ACCOUNTS.map((_, at) => at);
  let next = ACCOUNTS.length;
  let ballots: Ballot[] = [];
  const last = new Map<number, number>();
  const accountsOf = (identity: string) => {
    const person = personOf[ACCOUNTS.indexOf(identity as never)];
    return ACCOUNTS.filter((_, at) => personOf[at] === person);
  };
  for (const [time, step] of history.entries()) {
    if (step.do === 'link') {
      const from = personOf[step.account];
      const into = personOf[step.to] as number;
      for (const [at, person] of personOf.entries()) if (person === from) personOf[at] = into;
    } else if (step.do === 'unlink') personOf[step.account] = next++;
    else {
      const identities = accountsOf(ACCOUNTS[step.account] as string);
      ballots = cast(ballots, { identities, option: step.option, at: new Date(time) });
      last.set(step.account, time);
    }
  }
  return { counted: countable(ballots, accountsOf), accountsOf, last, history };
}

describe('one person, one vote', () => {
  test('however accounts are linked and unlinked meanwhile, a person counts once at most', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const { counted, accountsOf } = play(history);
        for (const name of ACCOUNTS) {
          const mine = accountsOf(name);
          expect(
            counted.filter(({ identities }) => mine.some((one) => identities.includes(one))).length,
          ).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('what a person said last is what counts, and nobody who voted is lost', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const { counted, accountsOf, last } = play(history);
        for (const [at, name] of ACCOUNTS.entries()) {
          if (!last.has(at)) continue;
          const ballot = counted.find(({ identities }) => identities.includes(name));
          expect(ballot).toBeDefined();
          // Nothing that this person's accounts said is later than what counts for them.
          const times = accountsOf(name).flatMap((one) => last.get(ACCOUNTS.indexOf(one as never)) ?? []);
          expect(ballot?.at.getTime()).toBeGreaterThanOrEqual(Math.max(...times));
          const step = history[ballot?.at.getTime() ?? -1];
          expect(step).toMatchObject({ do: 'vote', option: ballot?.option });
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('who unlinks an account to vote again has changed the vote, not doubled it', () => {
    const { counted } = play([
      { do: 'link', account: 1, to: 0 },
      { do: 'vote', account: 0, option: 0 },
      { do: 'unlink', account: 1 },
      { do: 'vote', account: 1, option: 1 },
    ]);
    expect(counted).toMatchObject([{ option: 1 }]);
  });

  test('who voted with two accounts and links them then has the later vote', () => {
    const { counted } = play([
      { do: 'vote', account: 1, option: 2 },
      { do: 'vote', account: 0, option: 0 },
      { do: 'link', account: 1, to: 0 },
    ]);
    expect(counted).toMatchObject([{ option: 0 }]);
  });
});

describe('counting', () => {
  const ballot = (name: string, option: number): Ballot => ({ identities: [name], option, at: new Date(0) });

  test('says who wins, or that several are level, or that nobody voted', () => {
    expect(tally(3, [])).toEqual({ counts: [0, 0, 0], voters: 0, winners: [] });
    expect(tally(3, [ballot('a', 1), ballot('b', 1), ballot('c', 0)])).toMatchObject({
      voters: 3,
      winners: [1],
    });
    expect(tally(3, [ballot('a', 2), ballot('b', 0)])).toMatchObject({ winners: [0, 2] });
  });

  test('reads well', () => {
    const counted = tally(3, [ballot('a', 2), ballot('b', 2), ballot('c', 0)]);
    expect(inWords(['12:00', '13:00', '14:00'], counted)).toBe('2 14:00, 1 12:00');
    expect([0, 1, 9].map(letterOf)).toEqual(['a', 'b', 'j']);
  });
});

test('the agenda has first what most people want, then what was proposed first', () => {
  const topics = [
    { number: 1, votes: 0 },
    { number: 2, votes: 3 },
    { number: 3, votes: 3 },
    { number: 4, votes: 5 },
  ];
  expect(inOrder(topics).map(({ number }) => number)).toEqual([4, 2, 3, 1]);
});
