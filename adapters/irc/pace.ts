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
/** After so many lines without trouble a little more is tried again, up to a little below what was too much the last time. */
const CALM_LINES = 20;
const CALM_GAIN = 1.5;
const BELOW_TROUBLE = 0.8;
/** After so many without trouble, what was too much may no longer be. */
const FORGOTTEN_LINES = 500;

/**
 * How fast we may speak on a network. It starts with what is configured, is halved whenever the server minds, and comes back in small steps
 * while it does not, below what was too much. It outlives connections, since being cut off is how some servers mind. `now` is passed in (milliseconds).
 */
export function createPace(linesPerSecond: number, start: number) {
  const bucket = tokenBucket(BURST, linesPerSecond, start);
  let share = 1;
  let most = 1;
  let calm = 0;
  let minded = Number.NEGATIVE_INFINITY;
  let heldUntil = Number.NEGATIVE_INFINITY;

  const adopt = (now: number, next: number): void => {
    share = Math.max(LEAST, Math.min(most, next));
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
    /**
     * The server minded. `hold`: milliseconds that it asked us to be silent. `cutOff`: it put us out for it. True when we
     * became slower.
     */
    minds(now: number, { hold = 0, cutOff = false } = {}): boolean {
      heldUntil = Math.max(heldUntil, now + hold);
      const isNew = cutOff || now - minded >= SAME_TROUBLE;
      minded = now;
      calm = 0;
      if (isNew) {
        most = share * BELOW_TROUBLE;
        adopt(now, share / 2);
      }
      return isNew;
    },
    /** So many lines got through. */
    bears(now: number, lines: number): void {
      if (share === 1) return;
      const before = calm;
      calm += lines;
      if (isPassed(FORGOTTEN_LINES, before, calm)) most = Math.min(1, most * CALM_GAIN);
      if (isPassed(CALM_LINES, before, calm)) adopt(now, share * CALM_GAIN);
    },
  };
}

/** A multiple of the step lies above the first and not above the second. */
function isPassed(step: number, before: number, after: number): boolean {
  return Math.floor(after / step) > Math.floor(before / step);
}

export type Pace = ReturnType<typeof createPace>;
