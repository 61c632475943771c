/** How many calls Slack takes at once, and how many a second after that. */
export interface Limit {
  readonly burst: number;
  readonly perSecond: number;
}

/** Counts calls, posts for each channel and everything else for each method, and tells how many seconds too early one comes; 0: it is in time. */
export function createLimits() {
  const left = new Map<string, { calls: number; at: number }>();
  let limits: Readonly<Record<string, Limit>> = {};

  return {
    keep(these: Readonly<Record<string, Limit>>): void {
      limits = these;
    },
    early(method: string, channel: unknown, now = Date.now()): number {
      const limit = limits[method];
      if (!limit) return 0;
      const key = method === 'chat.postMessage' ? `${method} ${channel}` : method;
      const { calls, at } = left.get(key) ?? { calls: limit.burst, at: now };
      const room = Math.min(limit.burst, calls + ((now - at) / 1_000) * limit.perSecond);
      left.set(key, { calls: room >= 1 ? room - 1 : room, at: now });
      return room >= 1 ? 0 : Math.max(1, Math.ceil((1 - room) / limit.perSecond));
    },
  };
}
