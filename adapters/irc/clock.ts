/** What the server's clock says compared with ours, by the times it puts on its messages (IRCv3 `server-time`). */
export interface Clock {
  /** Takes in a time that the server has just written. */
  read(time: string | undefined): void;
  /** Said before we connected: played back, or delivered very late. A message without a time is taken for new. */
  isPast(time: string | undefined): boolean;
  /** A moment of our clock as the server would write it. Milliseconds. */
  atServer(moment: number): number;
}

/** Clocks of the servers of one network differ a little; and a server's answer takes its time. Milliseconds. */
const TOLERANCE = 1_000;
/** Before the server's clock is known. */
const UNKNOWN_TOLERANCE = 60_000;

export function serverClock(now: () => number = Date.now): Clock {
  const connected = now();
  let ahead: number | undefined;
  return {
    read(time) {
      const at = moment(time);
      if (at !== undefined) ahead = at - now();
    },
    isPast(time) {
      const at = moment(time);
      if (at === undefined) return false;
      return at < connected + (ahead ?? 0) - (ahead === undefined ? UNKNOWN_TOLERANCE : TOLERANCE);
    },
    atServer: (at) => at + (ahead ?? 0),
  };
}

/** ISO 8601, or seconds as ZNC writes them. */
export function moment(time: string | undefined): number | undefined {
  if (!time) return undefined;
  const at = /^\d+(\.\d+)?$/.test(time) ? Number(time) * 1_000 : Date.parse(time);
  return Number.isNaN(at) ? undefined : at;
}
