import { Failure } from './failure.ts';

interface Bucket {
  readonly limit: number;
  remaining: number;
  resetAt: number;
}

/** So many requests in so many ms. */
export interface Limit {
  readonly limit: number;
  readonly perMs: number;
}

/** Buckets per route and major parameter, as Discord's headers tell of them; and refusals beyond them. */
export function createRateLimits() {
  const buckets = new Map<string, Bucket>();
  const limits = new Map<string, Limit>();
  const told = { refused: 0 };
  let storm: { left: number; afterMs: number; global: boolean } | null = null;

  function refusal(afterMs: number, global: boolean, headers: Record<string, string>): Failure {
    told.refused++;
    const seconds = String(afterMs / 1000);
    return new Failure(429, 0, 'You are being rate limited.', {
      headers: {
        ...headers,
        'Retry-After': seconds,
        'X-RateLimit-Scope': global ? 'global' : 'shared',
        ...(global ? { 'X-RateLimit-Global': 'true' } : {}),
      },
    });
  }

  return {
    told,
    /** Of a route such as `POST messages`. */
    set(route: string, limit: Limit): void {
      limits.set(route, limit);
    },
    /** The next requests are refused, whatever they are. */
    storm(requests: number, afterMs: number, global = false): void {
      storm = { left: requests, afterMs, global };
    },
    /** The headers of the answer; throws where there is no room. */
    take(route: string, major: string): Record<string, string> {
      if (storm && storm.left > 0) {
        storm.left--;
        throw refusal(storm.afterMs, storm.global, {});
      }
      const { limit, perMs } = limits.get(route) ?? { limit: 1_000, perMs: 1_000 };
      const key = `${route} ${major}`;
      const now = Date.now();
      let bucket = buckets.get(key);
      if (!bucket || bucket.resetAt <= now || bucket.limit !== limit) {
        bucket = { limit, remaining: limit, resetAt: now + perMs };
        buckets.set(key, bucket);
      }
      const headers = {
        'X-RateLimit-Limit': String(limit),
        'X-RateLimit-Remaining': String(Math.max(0, bucket.remaining - 1)),
        'X-RateLimit-Reset': String(bucket.resetAt / 1000),
        'X-RateLimit-Reset-After': String((bucket.resetAt - now) / 1000),
        'X-RateLimit-Bucket': Buffer.from(route).toString('hex').padEnd(32, '0').slice(0, 32),
      };
      if (bucket.remaining <= 0) throw refusal(bucket.resetAt - now, false, headers);
      bucket.remaining--;
      return headers;
    },
  };
}
