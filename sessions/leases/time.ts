import type { Changed, Effect, Holding, LeaseState, LeaseTerms } from './state.ts';

/** What the passing of time depends on. */
export interface Moment {
  /** Ms since 1970. */
  readonly now: number;
  /** A run goes on on the environment that must not be cut: the holder keeps it until the run's end. */
  readonly busy: boolean;
  /** Whose run changes the environment now, and since when, ms since 1970; null: nobody's. While nobody holds it, it is kept for that one. */
  readonly atWork: { readonly person: number; readonly since: number } | null;
  readonly terms: LeaseTerms;
}

/**
 * What time alone has done: a lease that ran out, a turn or a handoff that nobody took, a warning that is due. Every other
 * change begins here, so that nobody depends on a clock having struck. Doing it twice at one moment changes nothing more.
 */
export function advance(before: LeaseState, moment: Moment): Changed {
  const { now, busy } = moment;
  const worked = endWork(before, moment);
  const effects: Effect[] = [...worked.effects];
  let { state } = worked;
  const { handoff, holding } = state;
  if (holding && handoff && handoff.until <= now) {
    state = { ...state, handoff: null };
    effects.push({ kind: 'handoff-lapsed', holding, handoff });
  }
  if (holding && holding.until <= now && !busy) {
    state = { ...state, holding: null, handoff: null };
    effects.push({ kind: 'expired', holding });
  }
  const first = state.queue[0];
  if (!state.holding && first?.offeredUntil != null && first.offeredUntil <= now) {
    state = { ...state, queue: state.queue.slice(1) };
    effects.push({ kind: 'turn-passed', waiting: first });
  }
  const offered = offerTurn(state, moment);
  const warned = warn(offered.state, moment);
  return { state: warned.state, effects: [...effects, ...offered.effects, ...warned.effects] };
}

/** The run that somebody's work began is over: from now on the lease is counted as from the last work. */
function endWork(state: LeaseState, moment: Moment): Changed {
  const { holding } = state;
  if (!holding?.isWorkedOn || moment.busy) return { state, effects: [] };
  return keepAlive({ ...state, holding: { ...holding, isWorkedOn: false } }, moment);
}

/** Somebody works on it: the end moves, while nobody waits, and without a word, unless the holder was told of the old one. */
export function keepAlive(state: LeaseState, { now, terms }: Moment): Changed {
  const { holding, queue } = state;
  const until = now + terms.aliveMs;
  if (!holding || queue.length > 0 || holding.until >= until) return { state, effects: [] };
  const longer = { ...holding, until };
  const kept = { ...longer, warnedAt: now >= warningAt(longer, terms) ? holding.warnedAt : null };
  const effects: Effect[] =
    holding.warnedAt !== null ? [{ kind: 'extended', holding: kept, shortened: null, byWork: true }] : [];
  return { state: { ...state, holding: kept }, effects };
}

/** Nobody holds it, and nobody is in the middle of changing it: it is the turn of whoever waits longest. */
export function offerTurn(state: LeaseState, { now, terms, atWork }: Moment): Changed {
  const [first, ...others] = state.queue;
  if (state.holding || atWork || !first || first.offeredUntil !== null) return { state, effects: [] };
  const waiting = { ...first, offeredUntil: now + terms.graceMs };
  return {
    state: { ...state, queue: [waiting, ...others] },
    effects: [{ kind: 'turn-offered', waiting, next: others[0]?.person ?? null }],
  };
}

function warn(state: LeaseState, moment: Moment): Changed {
  const { holding, queue } = state;
  if (!holding || holding.warnedAt !== null || moment.now < warningAt(holding, moment.terms)) {
    return { state, effects: [] };
  }
  // It is not the end: that moves when the work on it is over.
  if (holding.isWorkedOn && queue.length === 0) return { state, effects: [] };
  const told = { ...holding, warnedAt: moment.now };
  return {
    state: { ...state, holding: told },
    effects: [{ kind: 'warned', holding: told, waiting: queue.length }],
  };
}

/** A short lease is not warned of as soon as it begins. */
export function warningAt({ since, until }: Holding, { warnMs }: LeaseTerms): number {
  return until - Math.min(warnMs, Math.floor((until - since) / 4));
}

/**
 * When time next changes something by itself; null: never. A lease whose run goes on is due already, and so is a turn that waits
 * for the end of one.
 */
export function nextDue({ holding, handoff, queue }: LeaseState, terms: LeaseTerms): number | null {
  const times = [
    ...(holding ? [holding.warnedAt !== null ? holding.until : warningAt(holding, terms)] : []),
    ...(handoff ? [handoff.until] : []),
    ...(queue[0]?.offeredUntil != null ? [queue[0].offeredUntil] : []),
    ...(!holding && queue[0]?.offeredUntil === null ? [queue[0].since] : []),
  ];
  return times.length === 0 ? null : Math.min(...times);
}
