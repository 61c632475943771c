/** Where somebody asked, kept so that what becomes of it is told there. */
export interface Asked {
  readonly sessionId: number | null;
  readonly channel: string;
}

/** Who has an environment. Times are in ms since 1970. */
export interface Holding extends Asked {
  readonly person: number;
  readonly since: number;
  readonly until: number;
  readonly reason: string | null;
  /** When the holder was told that the end is near; null: not yet. */
  readonly warnedAt: number | null;
  /**
   * Work on it was accepted whose run goes on, or has ended since time was last looked at. While nobody waits, it is kept for
   * its holder for {@link LeaseTerms.aliveMs} after the run's end.
   */
  readonly isWorkedOn: boolean;
}

/** Somebody who waits for it. */
export interface Waiting extends Asked {
  readonly person: number;
  readonly since: number;
  readonly wantsMs: number;
  readonly reason: string | null;
  /** It is this person's turn until then; null: it is not yet. Only the first may have one, and only while nobody holds. */
  readonly offeredUntil: number | null;
}

/** The holder offers it to somebody, who may take it until then. */
export interface Handoff {
  readonly to: number;
  readonly until: number;
}

/** Who has one environment and who waits for it, first come first. */
export interface LeaseState {
  readonly holding: Holding | null;
  readonly handoff: Handoff | null;
  readonly queue: readonly Waiting[];
}

export const FREE: LeaseState = { holding: null, handoff: null, queue: [] };

/** What is agreed on about holding, in ms. */
export interface LeaseTerms {
  /**
   * How long a claim holds that does not say; and the most that a claim or an extension gives while others wait, counted from
   * the claim on. What was given before anybody waited stays.
   */
  readonly usualMs: number;
  /** The furthest end that can be claimed. */
  readonly longestMs: number;
  /** How long a turn or a handoff waits to be taken. */
  readonly graceMs: number;
  /** How long before the end the holder is told. */
  readonly warnMs: number;
  /**
   * Accepted work on the environment keeps it for at least so much longer, and the end of its run for as much again, as long as
   * nobody waits.
   */
  readonly aliveMs: number;
}

const MINUTE = 60_000;

export const USUAL_TERMS: LeaseTerms = {
  usualMs: 60 * MINUTE,
  longestMs: 8 * 60 * MINUTE,
  graceMs: 5 * MINUTE,
  warnMs: 10 * MINUTE,
  aliveMs: 30 * MINUTE,
};

/** Why somebody got less time than asked for: others wait, or nobody may hold an environment further ahead. Null: it is all of it. */
export type Shortened = 'others-wait' | 'at-most' | null;

/** Something that came of a change and is told to people. `person`: whom it is about. */
export type Effect =
  | { readonly kind: 'claimed'; readonly holding: Holding; readonly shortened: Shortened }
  | {
      readonly kind: 'extended';
      readonly holding: Holding;
      readonly shortened: Shortened;
      readonly byWork: boolean;
    }
  | { readonly kind: 'warned'; readonly holding: Holding; readonly waiting: number }
  | { readonly kind: 'expired'; readonly holding: Holding }
  | { readonly kind: 'released'; readonly holding: Holding }
  | { readonly kind: 'taken-over'; readonly holding: Holding; readonly from: Holding | null }
  | { readonly kind: 'queued'; readonly waiting: Waiting; readonly place: number }
  | { readonly kind: 'unqueued'; readonly waiting: Waiting }
  | { readonly kind: 'turn-offered'; readonly waiting: Waiting; readonly next: number | null }
  | { readonly kind: 'turn-passed'; readonly waiting: Waiting }
  | { readonly kind: 'handoff-offered'; readonly holding: Holding; readonly handoff: Handoff }
  | { readonly kind: 'handoff-lapsed'; readonly holding: Holding; readonly handoff: Handoff }
  | { readonly kind: 'handed-over'; readonly holding: Holding; readonly from: Holding };

/** What a change comes to. */
export interface Changed {
  readonly state: LeaseState;
  readonly effects: readonly Effect[];
}
