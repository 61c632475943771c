/**
 * A token bucket: a short burst, then a steady rate. `now` is passed in (milliseconds) so that the rule stays pure.
 * `charge` may overdraw it: what must go out at once (a JOIN, a WHOIS) makes later lines wait instead.
 */
export function tokenBucket(burst: number, perSecond: number, start: number) {
  let most = burst;
  let rate = perSecond;
  let tokens = burst;
  let at = start;
  const refill = (now: number): void => {
    tokens = Math.min(most, tokens + ((now - at) / 1000) * rate);
    at = now;
  };
  return {
    /** Milliseconds until a line may go out; 0 when it may now. */
    wait(now: number): number {
      refill(now);
      return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) / rate) * 1000);
    },
    charge(now: number, lines = 1): void {
      refill(now);
      tokens -= lines;
    },
    /** Takes away the burst that has been saved up. */
    empty(now: number): void {
      refill(now);
      tokens = Math.min(tokens, 0);
    },
    /** From now on. A burst of less than one line would let none through. */
    change(now: number, next: { burst: number; perSecond: number }): void {
      refill(now);
      most = Math.max(1, next.burst);
      rate = next.perSecond;
      tokens = Math.min(tokens, most);
    },
  };
}

export type TokenBucket = ReturnType<typeof tokenBucket>;
