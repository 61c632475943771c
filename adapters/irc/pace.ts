import { tokenBucket } from './bucket.ts';

const BURST = 4;
/**
 * Lines the server has not confirmed yet. However slowly it reads, no more than this can pile up at its end, so a server that only
 * delays has no reason to cut us off for flooding.
 */
const WINDOW = 5;
/** The least share of the configured rate that is left after trouble. */
const LEAST = 1 / 16;
/** One burst that was too fast brings several complaints; they count as one. Milliseconds. */
const SAME_TROUBLE = 3_000;
/** After so many lines without trouble a little more is tried again. */
const CALM_LINES = 20;
const CALM_GAIN = 1.5;

/**
 * How fast we may speak on a network. It starts with what is configured, is halved whenever the server minds, and comes back in small steps
 * while it does not. It outlives connections, since being cut off is how some servers mind. `now` is passed in (milliseconds).
 */
export function createPace(linesPerSecond: number, start: number) {
  const bucket = tokenBucket(BURST, linesPerSecond, start);
  let share = 1;
  let calm = 0;
  let minded = Number.NEGATIVE_INFINITY;
  let heldUntil = Number.NEGATIVE_INFINITY;

  const adopt = (now: number, next: number): void => {
    share = next;
    calm = 0;
    bucket.change(now, { burst: BURST * share, perSecond: linesPerSecond * share });
  };
  return {
    /** What is left of the configured rate, above 0, at most 1. */
    get share() {
      return share;
    },
    /** So many lines may be without an answer at once. */
    get window() {
      return Math.max(1, Math.round(WINDOW * share));
    },
    /** Milliseconds until a line may go out; 0 when it may now. */
    wait: (now: number) => Math.max(bucket.wait(now), heldUntil - now, 0),
    charge: bucket.charge,
    empty: bucket.empty,
    /** The server minded. `hold`: milliseconds that it asked us to be silent. True when we became slower. */
    minds(now: number, hold = 0): boolean {
      heldUntil = Math.max(heldUntil, now + hold);
      const isNew = now - minded >= SAME_TROUBLE;
      minded = now;
      if (isNew) adopt(now, Math.max(LEAST, share / 2));
      return isNew;
    },
    /** So many lines got through. */
    bears(now: number, lines: number): void {
      calm += lines;
      if (calm >= CALM_LINES && share < 1) adopt(now, Math.min(1, share * CALM_GAIN));
    },
  };
}

export type Pace = ReturnType<typeof createPace>;
