import { describe, expect, it } from 'vitest';
import type { Account } from './cast.ts';
import { mayBeBeyondReach } from './crowd.ts';
import { codeIn } from './linking.ts';
import { approvalProblems } from './verdict/approvals.ts';
import type { ApprovalRow, EventRow, LeaseRow, RunRow } from './verdict/evidence.ts';
import { leaseProblems } from './verdict/leases.ts';
import { runProblems } from './verdict/runs.ts';
import { answerProblems } from './verdict/verdict.ts';

let seq = 0;
const ADMIN = 9;
const adminPersons = new Set([ADMIN]);

type Told = readonly (readonly [kind: string, person: number])[];

/** Transactions on one environment: how it stands after each, and what was told of it. */
function history(...steps: readonly (readonly [Partial<LeaseRow>, Told])[]) {
  const leases: LeaseRow[] = [];
  const events: EventRow[] = [];
  for (const [standing, told] of steps) {
    seq += 1;
    const tx = String(seq);
    leases.push({
      seq,
      tx,
      environment: 1,
      holder: null,
      holder_role: null,
      handoff: null,
      queue: [],
      same: {},
      ...standing,
    });
    for (const [kind, person] of told)
      events.push({ seq: ++seq, tx, kind: `lease.${kind}`, environment: 1, person });
  }
  return { leases, events, adminPersons };
}

const CLAIMED = [{ holder: 1 }, [['claimed', 1]]] as const;
const QUEUED = [
  { holder: 1, queue: [2, 3] },
  [
    ['queued', 2],
    ['queued', 3],
  ],
] as const;

describe('leases', () => {
  it.each([
    [
      'claim, queue, turn by turn',
      [
        CLAIMED,
        QUEUED,
        [
          { queue: [2, 3] },
          [
            ['released', 1],
            ['turn-offered', 2],
          ],
        ],
        [{ holder: 2, queue: [3] }, [['claimed', 2]]],
      ],
    ],
    [
      'a turn that passes on',
      [
        CLAIMED,
        QUEUED,
        [{ queue: [2, 3] }, [['expired', 1]]],
        [
          { holder: 3 },
          [
            ['turn-passed', 2],
            ['claimed', 3],
          ],
        ],
      ],
    ],
    [
      'a handoff',
      [CLAIMED, [{ holder: 1, handoff: 4 }, [['handoff-offered', 1]]], [{ holder: 4 }, [['handed-over', 4]]]],
    ],
    ['one that is destroyed', [CLAIMED, [{}, [['ended', 1]]]]],
    ['a takeover by an admin', [CLAIMED, [{ holder: ADMIN }, [['taken-over', ADMIN]]]]],
    ['two who turn out to be one', [CLAIMED, QUEUED, [{ holder: 1, queue: [3], same: { 2: 1 } }, []]]],
  ] as const)('%s is as it must be', (_, steps) => {
    expect(leaseProblems(history(...steps))).toEqual([]);
  });

  it.each([
    ['claimed while somebody held it', [CLAIMED, [{ holder: 2 }, [['claimed', 2]]]]],
    [
      'claimed out of turn',
      [
        CLAIMED,
        QUEUED,
        [{ queue: [2, 3] }, [['released', 1]]],
        [{ holder: 3, queue: [2] }, [['claimed', 3]]],
      ],
    ],
    ['no operator took it over', [CLAIMED, [{ holder: 2 }, [['taken-over', 2]]]]],
    [
      'whom it was not offered to',
      [CLAIMED, [{ holder: 1, handoff: 4 }, [['handoff-offered', 1]]], [{ holder: 5 }, [['handed-over', 5]]]],
    ],
    ['changed hands without a word', [CLAIMED, [{ holder: 2 }, []]]],
    ['taken away without a word', [CLAIMED, [{}, []]]],
    ['taken away without a word', [CLAIMED, QUEUED, [{}, [['gone', 2]]]]],
    ['the order of the queue has changed', [CLAIMED, QUEUED, [{ holder: 1, queue: [3, 2] }, []]]],
    ['somebody new is not last', [CLAIMED, QUEUED, [{ holder: 1, queue: [2, 4, 3] }, [['queued', 4]]]]],
    ['the holder waits for it, too', [CLAIMED, [{ holder: 1, queue: [1] }, [['queued', 1]]]]],
  ] as const)('%s is found', (what, steps) => {
    expect(leaseProblems(history(...steps)).join()).toContain(what);
  });
});

const RUN: RunRow = {
  seq: 1,
  tx: '1',
  run: 1,
  environment: 1,
  name: 'ex-c',
  kind: 'reset',
  person: 1,
  role: null,
  creator: 2,
  holder: 1,
  queue: [],
};
const FIRST: RunRow = { ...RUN, run: 0, kind: 'provision', name: 'gold-a' };

describe('runs', () => {
  const problemsWith = (more: Partial<RunRow>, events: readonly EventRow[] = []) =>
    runProblems({ runs: [{ ...RUN, ...more }], events, adminPersons });

  it('of the holder, or of anybody while nobody holds or waits, are as they must be', () => {
    expect([
      ...problemsWith({}),
      ...problemsWith({ holder: null }),
      ...problemsWith({ kind: 'verify', holder: 2 }),
    ]).toEqual([]);
  });

  it.each([
    ['2 holds it', { holder: 2 }],
    ['it is the turn of 3', { holder: null, queue: [3] }],
    ['an observer', { role: 'observer' }],
    ['only operators may change it', { name: 'core-b' }],
    ['2 holds it', { holder: 2, kind: 'retry' }],
    ['only operators may destroy it', { kind: 'destroy' }],
  ] as const)('are found: %s', (what, more) => {
    expect(problemsWith(more).join()).toContain(what);
  });

  it('that others had to agree to are found when nobody did', () => {
    const reset = { ...RUN, name: 'gold-a' };
    const started = { seq: 2, tx: '1', kind: 'approval.started', environment: 1, person: 1 };
    expect(runProblems({ runs: [FIRST, reset], events: [], adminPersons }).join()).toContain(
      'nobody had agreed',
    );
    expect(runProblems({ runs: [FIRST, reset], events: [started], adminPersons })).toEqual([]);
  });
});

describe('approvals', () => {
  const operator = (identity: string) => ({ identity, role: 'operator' });
  const asked: ApprovalRow = {
    seq: 10,
    tx: '1',
    approval: 1,
    state: 'open',
    needed: 2,
    role: 'operator',
    asker: 'a',
    agreed: [],
  };
  const given = (...agreed: ApprovalRow['agreed']): ApprovalRow => ({
    ...asked,
    seq: 20,
    state: 'approved',
    agreed,
  });
  const apart = ['a', 'b', 'c'].map((identity, at) => ({ seq: at, identity, person: at }));
  const problemsWith = (approval: ApprovalRow, accounts = apart) =>
    approvalProblems({ approvals: [asked, approval], accounts, admins: new Set(['c']) }).join();

  it('of two operators are as they must be', () => {
    expect(problemsWith(given(operator('b'), { identity: 'c', role: null }))).toBe('');
  });

  it.each([
    ['one of them only', given(operator('b'))],
    ['the asker counts', given(operator('a'), operator('b'))],
    ['a participant counts', given(operator('c'), { identity: 'b', role: null })],
  ] as const)('are found when %s', (_, approval) => {
    expect(problemsWith(approval)).toContain('1 of 2 persons');
  });

  it('are found when both were one person since it was asked for, and parted', () => {
    const linked = [
      { seq: 12, identity: 'c', person: 1 },
      { seq: 13, identity: 'c', person: 7 },
    ];
    expect(problemsWith(given(operator('b'), operator('c')), [...apart, ...linked])).toContain(
      '1 of 2 persons',
    );
    const before = linked.map((each) => ({ ...each, seq: each.seq - 8 }));
    expect(problemsWith(given(operator('b'), operator('c')), [...apart, ...before])).toBe('');
  });
});

describe('answers', () => {
  const account: Account = { service: 'irc', handle: 'bob', display: 'bob' };
  const spoken = {
    account,
    text: 'who',
    where: 'room',
    at: 0,
    starts: 1,
    messageId: 'm',
    answers: () => [],
  } as const;
  const AWAY = 'bob: I was away from 10:00 to 10:02 UTC and have not acted on it.';
  const good = {
    spoken,
    received: 1,
    isOwnedUp: false,
    isAnswered: true,
    written: ['sent'],
    seen: ['nobody'],
  };

  it('come once, or the question was not heard', () => {
    expect([
      ...answerProblems(good, []),
      ...answerProblems({ ...good, received: 0, written: [], seen: [] }, []),
      ...answerProblems({ ...good, received: 0, isOwnedUp: true, written: [], seen: [] }, [AWAY]),
    ]).toEqual([]);
  });

  it.each([
    ['not answered', { isAnswered: false }],
    ['answered 2 times', { written: ['sent', 'sent'] }],
    ['seen 2 times', { seen: ['one', 'two'] }],
    ['seen 0 times', { seen: [] }],
    ['its answer is pending', { written: ['pending'] }],
    ['no answer was written', { written: [], seen: [] }],
    ['taken in, and said not to be', { isOwnedUp: true }],
    ['nobody was told that the bot was away', { isOwnedUp: true, received: 0, written: [], seen: [] }],
  ] as const)('are found when %s', (what, more) => {
    expect(answerProblems({ ...good, ...more }, []).join()).toContain(what);
  });

  it('may be missing only of what is written to the bot on Discord while its session is lost', () => {
    const onDiscord = { service: 'discord', handle: 'bob', display: 'bob' } as const;
    const lost = { account: onDiscord, where: 'private', isUntold: true } as const;
    expect(mayBeBeyondReach(lost)).toBe(true);
    expect(mayBeBeyondReach({ ...lost, isUntold: false })).toBe(false);
    expect(mayBeBeyondReach({ ...lost, where: 'room' })).toBe(false);
    expect(mayBeBeyondReach({ ...lost, account: { ...onDiscord, service: 'slack' } })).toBe(false);
  });

  it('that show a code are known', () => {
    expect(codeIn('Your code: K7QM2-XPA9T — on the other service')).toBe('K7QM2-XPA9T');
    expect(codeIn('a code is in a direct message to you')).toBeNull();
  });
});
