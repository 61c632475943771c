import type { Target } from './names.ts';
import type { Receipt } from './receipts.ts';

/** How we learn on a connection that a line was taken: by our label, by its echo, or by the answer to a PING sent after it. */
export type Answers = 'labels' | 'echoes' | 'pings';

/** One or more lines that went out together and are answered together. */
export interface Parcel {
  /** The channel on the server or the nick; lower-cased. */
  readonly to: Target;
  readonly label: string | undefined;
  /** When it went out; milliseconds of `performance.now()`. */
  readonly at: number;
}

export interface FlightUses<P extends Parcel> {
  readonly answers: Answers;
  /** How late an answer may be before the server is asked whether it dropped the line. Milliseconds. */
  readonly patience: number;
  /** True when the server has acted on everything written before; false when the connection ended. */
  roundTrip(): Promise<boolean>;
  landed(parcel: P, verdict: Receipt['verdict']): void;
}

/** What is under way to the server on one connection, until the server has answered for it. */
export function createFlight<P extends Parcel>({ answers, patience, roundTrip, landed }: FlightUses<P>) {
  let parcels: P[] = [];
  let timer: NodeJS.Timeout | undefined;
  let pinging = false;
  let pingAgain = false;
  let over = false;

  const land = (parcel: P, verdict: Receipt['verdict']): void => {
    if (over || !parcels.includes(parcel)) return;
    parcels = parcels.filter((each) => each !== parcel);
    if (answers !== 'pings') watch();
    landed(parcel, verdict);
  };
  const upTo = (last: P): P[] => parcels.slice(0, parcels.indexOf(last) + 1);

  async function confirmByPing(): Promise<void> {
    if (pinging) {
      pingAgain = true;
      return;
    }
    const last = parcels.at(-1);
    pinging = true;
    pingAgain = false;
    const answered = await roundTrip();
    pinging = false;
    if (!answered || !last) return;
    for (const parcel of upTo(last)) land(parcel, { is: 'taken', id: undefined });
    if (pingAgain && parcels.length > 0) void confirmByPing();
  }

  /** An answer that does not come means that the server passed nothing on; a round trip makes sure. */
  function watch(): void {
    clearTimeout(timer);
    const oldest = parcels[0];
    if (!oldest) return;
    const left = oldest.at + patience - performance.now();
    timer = setTimeout(
      async () => {
        if (!(await roundTrip())) return;
        const reason = 'the server did not pass the line on; does a filter stand in its way?';
        for (const parcel of upTo(oldest)) land(parcel, { is: 'refused', reason });
      },
      Math.max(0, left),
    );
  }

  return {
    get count() {
      return parcels.length;
    },
    /** `pause`: nothing follows for now, so an answer has to be asked for where none comes by itself. */
    add(parcel: P, pause: boolean): void {
      parcels.push(parcel);
      if (answers !== 'pings') watch();
      else if (pause) void confirmByPing();
    },
    heard({ label, target, verdict }: Receipt): void {
      const byLabel = answers === 'labels' && label !== undefined;
      // Without our label it is of another client of this nick, or what we said to ourselves.
      if (verdict.is === 'taken' && (answers === 'pings' || (answers === 'labels' && !byLabel))) return;
      const parcel = parcels.find((each) =>
        byLabel ? each.label === label : target === undefined || each.to === target,
      );
      if (parcel) land(parcel, verdict);
    },
    /** We were put out of there: nobody answers for these any more. */
    recall(to: Target): P[] {
      const recalled = parcels.filter((parcel) => parcel.to === to);
      parcels = parcels.filter((parcel) => parcel.to !== to);
      return recalled;
    },
    /** The connection is over; nobody answers any more for what is still under way. */
    end(): P[] {
      over = true;
      clearTimeout(timer);
      return parcels;
    },
  };
}

export type Flight<P extends Parcel> = ReturnType<typeof createFlight<P>>;
