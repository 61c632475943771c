import type { Asked, Changed, Effect, Handoff, Holding, LeaseState, Waiting } from './state.ts';
import { advance, keepAlive, type Moment, offerTurn } from './time.ts';

/** What a person wants of an environment. */
export type LeaseWish =
  /** To hold it. Takes one's turn, or what the holder has offered. */
  | { readonly kind: 'claim'; readonly forMs: number | null; readonly reason: string | null }
  /** To wait for it. */
  | { readonly kind: 'queue'; readonly forMs: number | null; readonly reason: string | null }
  | { readonly kind: 'unqueue' }
  | { readonly kind: 'extend'; readonly forMs: number | null }
  | { readonly kind: 'release' }
  | { readonly kind: 'handoff'; readonly to: number }
  /** To take it from whoever has it; whether the person may is not decided here. */
  | { readonly kind: 'takeover'; readonly forMs: number | null; readonly reason: string }
  /** To have nothing to do with it any more. */
  | { readonly kind: 'leave' };

/** Why a wish is not fulfilled. */
export type No =
  /** `place`: the asker's place in the queue, from 1; null: it does not wait. `waiting`: how many do. */
  | {
      readonly why: 'held';
      readonly holding: Holding;
      readonly place: number | null;
      readonly waiting: number;
    }
  | { readonly why: 'turn'; readonly first: Waiting; readonly place: number | null; readonly waiting: number }
  /** Nobody holds it, but a run changes it: that of `person`, since then. */
  | {
      readonly why: 'at-work';
      readonly person: number;
      readonly since: number;
      readonly place: number | null;
      readonly waiting: number;
    }
  | { readonly why: 'free' }
  | { readonly why: 'yours'; readonly holding: Holding }
  | { readonly why: 'not-yours'; readonly holding: Holding | null }
  | { readonly why: 'not-waiting' }
  | { readonly why: 'others-wait'; readonly holding: Holding; readonly waiting: number }
  | { readonly why: 'at-most'; readonly holding: Holding }
  | { readonly why: 'offered'; readonly handoff: Handoff }
  | { readonly why: 'yourself' };

/** Time passes first, whatever comes of the wish: `state` and `effects` are to be kept also with a `no`. */
export interface Answered extends Changed {
  readonly no: No | null;
}

/** What comes of a person's wish at a moment. Pure. */
export function wish(
  before: LeaseState,
  by: number,
  asked: Asked,
  wanted: LeaseWish,
  moment: Moment,
): Answered {
  const passed = advance(before, moment);
  const answer = ANSWERS[wanted.kind]({ state: passed.state, by, asked, moment }, wanted as never);
  if ('why' in answer) return { ...passed, no: answer };
  return { state: answer.state, effects: [...passed.effects, ...answer.effects], no: null };
}

interface Asking {
  readonly state: LeaseState;
  readonly by: number;
  readonly asked: Asked;
  readonly moment: Moment;
}

type Answer<K extends LeaseWish['kind']> = (
  asking: Asking,
  wanted: Extract<LeaseWish, { kind: K }>,
) => Changed | No;

const ANSWERS: { readonly [K in LeaseWish['kind']]: Answer<K> } = {
  claim(asking, { forMs, reason }) {
    const { state, by, moment } = asking;
    const { holding, handoff } = state;
    if (holding?.person === by) return forMs === null ? { why: 'yours', holding } : extend(asking, forMs);
    if (holding && handoff?.to === by) return accept(asking, holding, reason);
    if (holding) return { why: 'held', holding, ...places(state, by) };
    const [first] = state.queue;
    const isTurn = first?.person === by && first.offeredUntil !== null;
    // Nobody gets it in the middle of another's work; and whose work it is does not go past those who wait.
    const { atWork } = moment;
    if (atWork && !isTurn && (atWork.person !== by || first)) {
      return { why: 'at-work', ...atWork, ...places(state, by) };
    }
    if (first && first.person !== by) return { why: 'turn', first, ...places(state, by) };
    const wantsMs = forMs ?? first?.wantsMs ?? moment.terms.usualMs;
    return take(
      { ...asking, state: without(state, by) },
      wantsMs,
      reason ?? first?.reason ?? null,
      'claimed',
    );
  },

  queue({ state, by, asked, moment }, { forMs, reason }) {
    const { holding, queue } = state;
    if (holding?.person === by) return { why: 'yours', holding };
    const at = queue.findIndex(({ person }) => person === by);
    if (at >= 0) return { state, effects: [] };
    const isKept = moment.atWork !== null && moment.atWork.person !== by;
    if (!holding && !isKept && queue.length === 0) return { why: 'free' };
    const wantsMs = Math.min(forMs ?? moment.terms.usualMs, moment.terms.longestMs);
    const waiting = { ...asked, person: by, since: moment.now, wantsMs, reason, offeredUntil: null };
    return {
      state: { ...state, queue: [...queue, waiting] },
      effects: [{ kind: 'queued', waiting, place: queue.length + 1 }],
    };
  },

  unqueue({ state, by, moment }) {
    const waiting = state.queue.find(({ person }) => person === by);
    if (!waiting) return { why: 'not-waiting' };
    return then({ state: without(state, by), effects: [{ kind: 'unqueued', waiting }] }, moment);
  },

  extend: (asking, { forMs }) => extend(asking, forMs),

  release({ state, by, moment }) {
    const { holding } = state;
    if (holding?.person !== by) return { why: 'not-yours', holding };
    return then(
      { state: { ...state, holding: null, handoff: null }, effects: [{ kind: 'released', holding }] },
      moment,
    );
  },

  handoff({ state, by, moment }, { to }) {
    const { holding } = state;
    if (holding?.person !== by) return { why: 'not-yours', holding };
    if (to === by) return { why: 'yourself' };
    if (state.handoff?.to === to && state.handoff.until > moment.now)
      return { why: 'offered', handoff: state.handoff };
    const handoff: Handoff = { to, until: moment.now + moment.terms.graceMs };
    return { state: { ...state, handoff }, effects: [{ kind: 'handoff-offered', holding, handoff }] };
  },

  takeover(asking, { forMs, reason }) {
    const { state, by, moment } = asking;
    const { holding } = state;
    if (holding?.person === by) return { why: 'yours', holding };
    // Who had the turn keeps the place, and gets the turn again.
    const queue = without(state, by).queue.map((each) => ({ ...each, offeredUntil: null }));
    const free = { holding: null, handoff: null, queue };
    const how = holding || queue.length > 0 ? 'taken-over' : 'claimed';
    return take({ ...asking, state: free }, forMs ?? moment.terms.usualMs, reason, how, holding);
  },

  leave({ state, by, moment }) {
    const effects: Effect[] = [];
    let after = state;
    const { holding, handoff } = state;
    const waiting = state.queue.find(({ person }) => person === by);
    if (waiting) {
      after = without(after, by);
      effects.push({ kind: 'unqueued', waiting });
    }
    if (holding?.person === by) {
      after = { ...after, holding: null, handoff: null };
      effects.push({ kind: 'released', holding });
    } else if (holding && handoff?.to === by) {
      after = { ...after, handoff: null };
      effects.push({ kind: 'handoff-lapsed', holding, handoff });
    }
    return then({ state: after, effects }, moment);
  },
};

/** Whoever waits longest gets the turn, if nobody holds it now. */
function then({ state, effects }: Changed, moment: Moment): Changed {
  const offered = offerTurn(state, moment);
  return { state: offered.state, effects: [...effects, ...offered.effects] };
}

function take(
  { state, by, asked, moment }: Asking,
  wantsMs: number,
  reason: string | null,
  how: 'claimed' | 'taken-over',
  from: Holding | null = null,
): Changed {
  const { now, terms, atWork } = moment;
  const most = state.queue.length > 0 && how === 'claimed' ? terms.usualMs : terms.longestMs;
  const ms = Math.min(wantsMs, most);
  const { sessionId, channel } = asked;
  const holding: Holding = {
    person: by,
    sessionId,
    channel,
    since: now,
    until: now + ms,
    reason,
    warnedAt: null,
    // Somebody is in the middle of it: that counts for whoever holds it now.
    isWorkedOn: atWork !== null,
  };
  const shortened = ms === wantsMs ? null : most === terms.longestMs ? 'at-most' : 'others-wait';
  const effect: Effect =
    how === 'claimed' ? { kind: 'claimed', holding, shortened } : { kind: 'taken-over', holding, from };
  return { state: { ...state, holding, handoff: null }, effects: [effect] };
}

/** What the holder has offered: with the holder's own end while others wait, so that handing it round keeps nobody waiting. The giver's reason was the giver's. */
function accept({ state, by, asked, moment }: Asking, from: Holding, reason: string | null): Changed {
  const { now, terms } = moment;
  const after = without(state, by);
  const until = after.queue.length > 0 ? from.until : Math.max(from.until, now + terms.usualMs);
  const { sessionId, channel } = asked;
  const since = after.queue.length > 0 ? from.since : now;
  const holding: Holding = { ...from, person: by, sessionId, channel, since, until, reason, warnedAt: null };
  return { state: { ...after, holding, handoff: null }, effects: [{ kind: 'handed-over', holding, from }] };
}

/** As far as wanted where nobody waits; else up to what everybody may have, counted from the claim. */
function extend({ state, by, moment }: Asking, forMs: number | null): Changed | No {
  const { holding, queue } = state;
  if (holding?.person !== by) return { why: 'not-yours', holding };
  const { now, terms } = moment;
  const wanted = Math.max(holding.until, now) + (forMs ?? terms.usualMs);
  const most = queue.length > 0 ? holding.since + terms.usualMs : now + terms.longestMs;
  const until = Math.min(wanted, most);
  if (until <= holding.until) {
    if (queue.length > 0) return { why: 'others-wait', holding, waiting: queue.length };
    return { why: 'at-most', holding };
  }
  const longer: Holding = { ...holding, until, warnedAt: null };
  const shortened = until === wanted ? null : queue.length > 0 ? 'others-wait' : 'at-most';
  const effect: Effect = { kind: 'extended', holding: longer, shortened, byWork: false };
  return { state: { ...state, holding: longer }, effects: [effect] };
}

/** Whether a person may change the environment now. */
export type MayChange =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly no: Extract<No, { why: 'held' | 'turn' }> };

/**
 * Work on the environment that is about to be accepted. Changing it is for the holder, or anybody while nobody holds it; doing
 * so takes one's turn. While it goes on nobody else can claim an environment that nobody holds. Whoever works on it, changing or
 * looking, keeps it for its holder, as long as nobody waits: from now on, and again from the end of that work on.
 */
export function work(
  before: LeaseState,
  by: number | null,
  asked: Asked,
  changes: boolean,
  moment: Moment,
): Changed & { readonly decision: MayChange } {
  const passed = advance(before, moment);
  const { state } = passed;
  const no = changes ? refusalToChange(state, by) : null;
  if (no) return { ...passed, decision: { allowed: false, no } };
  const allowed = { decision: { allowed: true } } as const;
  const [first] = state.queue;
  if (changes && !state.holding && first && first.person === by && first.offeredUntil !== null) {
    const asking = { state: without(state, by), by, asked: first, moment };
    const taken = take({ ...asking, asked }, first.wantsMs, first.reason, 'claimed');
    return { state: begun(taken.state), effects: [...passed.effects, ...taken.effects], ...allowed };
  }
  const kept = keepAlive(state, moment);
  return { state: begun(kept.state), effects: [...passed.effects, ...kept.effects], ...allowed };
}

function begun(state: LeaseState): LeaseState {
  const { holding } = state;
  if (!holding || holding.isWorkedOn) return state;
  return { ...state, holding: { ...holding, isWorkedOn: true } };
}

function refusalToChange(state: LeaseState, by: number | null): Extract<No, { why: 'held' | 'turn' }> | null {
  const { holding } = state;
  const [first] = state.queue;
  if (holding && holding.person !== by) return { why: 'held', holding, ...places(state, by) };
  // Until it is somebody's turn, the run that goes on can be ended or helped along by anybody, as while nobody waits.
  const isTurn = first !== undefined && first.offeredUntil !== null;
  if (!holding && isTurn && first.person !== by) return { why: 'turn', first, ...places(state, by) };
  return null;
}

function without(state: LeaseState, person: number): LeaseState {
  return { ...state, queue: state.queue.filter((each) => each.person !== person) };
}

function places({ queue }: LeaseState, by: number | null): { place: number | null; waiting: number } {
  const at = queue.findIndex(({ person }) => person === by);
  return { place: at < 0 ? null : at + 1, waiting: queue.length };
}

/** The same with one person known as another: two of them turned out to be one human. */
export function renamed({ holding, handoff, queue }: LeaseState, from: number, to: number): LeaseState {
  const name = (person: number) => (person === from ? to : person);
  const holder = holding ? { ...holding, person: name(holding.person) } : null;
  const seen = new Set<number>();
  const waiting = queue
    .map((each) => ({ ...each, person: name(each.person) }))
    // Whoever holds it waits for nothing; and one place is enough.
    .filter(({ person }) => person !== holder?.person && !seen.has(person) && seen.add(person));
  const offer = handoff ? { ...handoff, to: name(handoff.to) } : null;
  return { holding: holder, handoff: offer?.to === holder?.person ? null : offer, queue: waiting };
}
