import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LeaseWish, renamed, wish, work } from '../../sessions/leases/rules.ts';
import {
  type Changed,
  type Effect,
  FREE,
  type LeaseState,
  USUAL_TERMS,
} from '../../sessions/leases/state.ts';
import { advance, type Moment, nextDue } from '../../sessions/leases/time.ts';

const terms = USUAL_TERMS;
const MINUTE = 60_000;
const asked = { sessionId: 1, channel: 'console:local' };

type Happening =
  | { readonly kind: 'wish'; readonly by: number; readonly wish: LeaseWish }
  | { readonly kind: 'work'; readonly by: number; readonly changes: boolean }
  | { readonly kind: 'merge'; readonly from: number; readonly to: number }
  | { readonly kind: 'time' };

interface Moved {
  readonly happening: Happening;
  readonly passesMs: number;
  readonly busy: boolean;
  /** Whose run it is, if one changes it. */
  readonly worker: number | null;
}

/** A run that goes on is somebody's, or one that only looks. */
const momentAt = (now: number, busy: boolean, worker: number | null): Moment => ({
  now,
  busy,
  atWork: busy && worker !== null ? { person: worker, since: 0 } : null,
  terms,
});
const quiet = (now: number) => momentAt(now, false, null);

const person = fc.integer({ min: 1, max: 6 });
const forMs = fc.option(fc.integer({ min: 1, max: 20 * 60 }).map((minutes) => minutes * MINUTE));
const reason = fc.constantFrom(null, 'neutron');
const wishes: fc.Arbitrary<LeaseWish> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('claim' as const), forMs, reason }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('queue' as const), forMs, reason }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('extend' as const), forMs }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('handoff' as const), to: person }) },
  fc.constantFrom<LeaseWish>({ kind: 'unqueue' }, { kind: 'release' }, { kind: 'leave' }),
);
const takeover: fc.Arbitrary<LeaseWish> = fc.record({
  kind: fc.constant('takeover' as const),
  forMs,
  reason: fc.constant('on fire'),
});

const moved = (wanted: fc.Arbitrary<LeaseWish>, busy: fc.Arbitrary<boolean>) =>
  fc.record<Moved>({
    happening: fc.oneof(
      { weight: 8, arbitrary: fc.record({ kind: fc.constant('wish' as const), by: person, wish: wanted }) },
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant('work' as const), by: person, changes: fc.boolean() }),
      },
      fc.record({ kind: fc.constant('merge' as const), from: person, to: person }),
      fc.constant<Happening>({ kind: 'time' }),
    ),
    passesMs: fc.oneof(
      fc.constant(0),
      fc.integer({ min: 1, max: 90 }).map((minutes) => minutes * MINUTE),
      fc.nat(5 * MINUTE),
    ),
    busy,
    worker: fc.option(person),
  });

const histories = fc.array(moved(fc.oneof({ weight: 12, arbitrary: wishes }, takeover), fc.boolean()), {
  maxLength: 60,
});

function happen(state: LeaseState, happening: Happening, moment: Moment): Changed {
  switch (happening.kind) {
    case 'wish':
      return wish(state, happening.by, asked, happening.wish, moment);
    case 'work':
      return work(state, happening.by, asked, happening.changes, moment);
    case 'merge':
      return advance(renamed(state, happening.from, happening.to), moment);
    case 'time':
      return advance(state, moment);
  }
}

interface Stage {
  readonly before: LeaseState;
  readonly after: LeaseState;
  readonly effects: readonly Effect[];
  readonly moment: Moment;
  readonly happening: Happening;
}

function play(history: readonly Moved[], look: (stage: Stage) => void): { state: LeaseState; now: number } {
  let state = FREE;
  let now = 1_000_000;
  for (const { happening, passesMs, busy, worker } of history) {
    now += passesMs;
    const moment = momentAt(now, busy, worker);
    const { state: after, effects } = happen(state, happening, moment);
    look({ before: state, after, effects, moment, happening });
    state = after;
  }
  return { state, now };
}

test('who holds waits for nothing, nobody waits twice, and only the first has a turn, when nobody holds', () => {
  fc.assert(
    fc.property(histories, (history) => {
      play(history, ({ after: { holding, handoff, queue }, moment: { atWork } }) => {
        const waiting = queue.map((each) => each.person);
        expect(new Set(waiting).size).toBe(waiting.length);
        if (holding) expect(waiting).not.toContain(holding.person);
        if (handoff) expect(holding && holding.person !== handoff.to).toBe(true);
        expect(queue.slice(1).every((each) => each.offeredUntil === null)).toBe(true);
        // A free environment that nobody is in the middle of changing is always somebody's turn, if anybody waits.
        if (queue[0] && (holding || !atWork)) expect(queue[0].offeredUntil !== null).toBe(holding === null);
        expect(queue.map(({ since }) => since)).toEqual(
          queue.map(({ since }) => since).sort((a, b) => a - b),
        );
      });
    }),
    { numRuns: 500 },
  );
});

test('first come, first served: nobody claims past somebody who waits', () => {
  fc.assert(
    fc.property(histories, (history) => {
      play(history, ({ before, effects, happening, moment }) => {
        for (const effect of effects) {
          if (effect.kind !== 'claimed') continue;
          const queue = advance(before, moment).state.queue;
          const wasTakeover = happening.kind === 'wish' && happening.wish.kind === 'takeover';
          if (!wasTakeover) expect(queue[0]?.person ?? effect.holding.person).toBe(effect.holding.person);
        }
      });
    }),
    { numRuns: 2_000 },
  );
});

test('time never takes an environment from its holder while a run goes on', () => {
  fc.assert(
    fc.property(histories, fc.nat(100 * 60 * MINUTE), (history, passesMs) => {
      const { state, now } = play(history, () => {});
      const later = advance(state, momentAt(now + passesMs, true, null));
      expect(later.state.holding?.person).toBe(state.holding?.person);
    }),
    { numRuns: 1_000 },
  );
});

test('time alone brings every lease, offer and turn to its end', () => {
  fc.assert(
    fc.property(histories, (history) => {
      let { state, now } = play(history, () => {});
      const offered = new Set(
        state.queue.filter((each) => each.offeredUntil !== null).map((each) => each.person),
      );
      const waited = state.queue.map(({ person: who }) => who);
      const bound = now + terms.longestMs + (waited.length + 1) * terms.graceMs;
      // What goes on ends now, which may move the end of a lease.
      const ended = advance(state, quiet(now));
      for (const effect of ended.effects) {
        if (effect.kind === 'turn-offered') offered.add(effect.waiting.person);
      }
      state = ended.state;
      for (let due = nextDue(state, terms); due !== null; due = nextDue(state, terms)) {
        now = Math.max(now, due);
        expect(now).toBeLessThanOrEqual(bound);
        const passed = advance(state, quiet(now));
        expect(passed.effects.length).toBeGreaterThan(0);
        for (const effect of passed.effects) {
          if (effect.kind === 'turn-offered') offered.add(effect.waiting.person);
        }
        state = passed.state;
      }
      expect(state).toEqual(FREE);
      // Everybody who waited was asked.
      expect([...offered].sort()).toEqual([...waited].sort());
    }),
    { numRuns: 1_000 },
  );
});

test('while nobody waits, work keeps an environment for its holder for the usual time after its end', () => {
  fc.assert(
    fc.property(histories, (history) => {
      // Work on the environment was accepted, and nobody has looked since its end.
      let counts = false;
      play(history, ({ before, after, effects, moment, happening }) => {
        if (counts && before.holding && before.queue.length === 0) {
          const { state, effects: passed } = advance(before, moment);
          expect(state.holding?.person).toBe(before.holding.person);
          if (!moment.busy) expect(state.holding?.until).toBeGreaterThanOrEqual(moment.now + terms.aliveMs);
          // Nor is an end announced that will not be one.
          else expect(passed.map(({ kind }) => kind)).not.toContain('warned');
        }
        const isNew = effects.some(({ kind }) => kind === 'claimed' || kind === 'taken-over');
        if (!moment.busy) counts = false;
        if (isNew) counts = moment.atWork !== null;
        if (happening.kind === 'work') {
          const { by, changes } = happening;
          counts ||= work(before, by, asked, changes, moment).decision.allowed;
        }
        if (!after.holding) counts = false;
      });
    }),
    { numRuns: 2_000 },
  );
});

test('while others wait, no work moves the end', () => {
  fc.assert(
    fc.property(histories, (history) => {
      play(history, ({ before, after, effects, happening }) => {
        if (!before.holding || before.queue.length === 0 || !after.holding) return;
        if (happening.kind !== 'work' && happening.kind !== 'time') return;
        if (effects.some(({ kind }) => kind === 'claimed')) return;
        expect(after.holding.until).toBe(before.holding.until);
      });
    }),
    { numRuns: 1_000 },
  );
});

test('looking twice at one moment finds nothing new', () => {
  fc.assert(
    fc.property(histories, fc.boolean(), (history, busy) => {
      const { state, now } = play(history, () => {});
      const moment = momentAt(now, busy, 3);
      const once = advance(state, moment);
      expect(advance(once.state, moment)).toEqual({ state: once.state, effects: [] });
    }),
    { numRuns: 1_000 },
  );
});

test('whatever the others do among themselves, who waits first gets the turn within the longest lease', () => {
  const others = fc.array(
    moved(
      wishes.filter(({ kind }) => kind !== 'leave'),
      fc.constant(false),
    ),
    { minLength: 1, maxLength: 60 },
  );
  const start: LeaseState = {
    ...FREE,
    holding: {
      ...{ ...asked, person: 1, since: 0, until: terms.longestMs, reason: null },
      ...{ warnedAt: null, isWorkedOn: true },
    },
    queue: [{ ...asked, person: 99, since: 0, wantsMs: MINUTE, reason: null, offeredUntil: null }],
  };
  fc.assert(
    fc.property(others, (history) => {
      let state = start;
      let now = 0;
      let asks = 0;
      for (const { happening, passesMs } of history) {
        now += passesMs;
        const { state: after, effects } = happen(state, happening, quiet(now));
        state = after;
        asks += effects.filter(({ kind }) => kind === 'turn-offered').length;
        if (asks > 0) return;
        expect(now).toBeLessThan(terms.longestMs);
        expect(state.holding?.until).toBeLessThanOrEqual(terms.longestMs);
      }
      const passed = advance(state, quiet(terms.longestMs));
      expect(passed.effects).toContainEqual(
        expect.objectContaining({ kind: 'turn-offered', waiting: expect.objectContaining({ person: 99 }) }),
      );
    }),
    { numRuns: 1_000 },
  );
});

test('a refused wish changes nothing but what time has changed', () => {
  fc.assert(
    fc.property(histories, person, wishes, fc.nat(120 * MINUTE), (history, by, wanted, passesMs) => {
      const { state, now } = play(history, () => {});
      const moment = momentAt(now + passesMs, passesMs % 2 === 1, 2);
      const answer = wish(state, by, asked, wanted, moment);
      if (answer.no) expect(answer).toEqual({ ...advance(state, moment), no: answer.no });
    }),
    { numRuns: 1_000 },
  );
});

test('who leaves keeps nothing', () => {
  fc.assert(
    fc.property(histories, person, (history, by) => {
      const { state, now } = play(history, () => {});
      const { state: after } = wish(state, by, asked, { kind: 'leave' }, momentAt(now, true, 2));
      expect(after.holding?.person).not.toBe(by);
      expect(after.handoff?.to).not.toBe(by);
      expect(after.queue.map((each) => each.person)).not.toContain(by);
    }),
    { numRuns: 1_000 },
  );
});

test('work is allowed to the holder, to whose turn it is, and to anybody while nobody holds or waits', () => {
  fc.assert(
    fc.property(histories, person, (history, by) => {
      const { state, now } = play(history, () => {});
      const moment = quiet(now);
      const { holding, queue } = advance(state, moment).state;
      const owner = holding?.person ?? queue[0]?.person ?? by;
      const { decision, state: after } = work(state, by, asked, true, moment);
      expect(decision.allowed).toBe(owner === by);
      if (decision.allowed && queue.length > 0) expect(after.holding?.person).toBe(by);
      expect(work(state, by, asked, false, moment).decision.allowed).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test('nobody claims in the middle of what somebody else changes: only whose turn it was already, or by a takeover', () => {
  fc.assert(
    fc.property(histories, (history) => {
      play(history, ({ before, effects, happening, moment }) => {
        const { atWork } = moment;
        const wasTakeover = happening.kind === 'wish' && happening.wish.kind === 'takeover';
        for (const effect of effects) {
          if (!atWork || wasTakeover) continue;
          expect(effect.kind).not.toBe('turn-offered');
          if (effect.kind !== 'claimed' || effect.holding.person === atWork.person) continue;
          const [first] = advance(before, moment).state.queue;
          expect([first?.person, first?.offeredUntil ?? null]).toEqual([
            effect.holding.person,
            expect.any(Number),
          ]);
        }
      });
    }),
    { numRuns: 2_000 },
  );
});

test('whose run changes a free environment may go on changing it, whoever has begun to wait since', () => {
  fc.assert(
    fc.property(person, fc.array(person, { maxLength: 5 }), fc.nat(300 * MINUTE), (by, others, passesMs) => {
      const began = work(FREE, by, asked, true, quiet(0));
      expect(began.decision.allowed).toBe(true);
      let { state } = began;
      const moment = momentAt(passesMs, true, by);
      for (const other of others.filter((each) => each !== by)) {
        expect(wish(state, other, asked, { kind: 'claim', forMs: null, reason: null }, moment).no?.why).toBe(
          'at-work',
        );
        state = wish(state, other, asked, { kind: 'queue', forMs: null, reason: null }, moment).state;
      }
      const helped = work(state, by, asked, true, moment);
      expect(helped.decision.allowed).toBe(true);
      expect(helped.state.holding).toBe(null);
      // The end of the run is the beginning of the first one's turn.
      const ended = advance(helped.state, quiet(passesMs));
      const [first] = others.filter((each) => each !== by);
      expect(ended.state.queue[0]?.person).toBe(first);
      expect(ended.effects.map(({ kind }) => kind)).toEqual(first === undefined ? [] : ['turn-offered']);
    }),
    { numRuns: 500 },
  );
});
