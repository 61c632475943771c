import type { Spoken } from '../crowd.ts';
import type { DayPlan } from '../plan.ts';

/** How the leases of an environment stood after a transaction that changed them. Persons are the bot's. */
export interface LeaseRow {
  readonly seq: number;
  readonly tx: string;
  readonly environment: number;
  readonly holder: number | null;
  readonly holder_role: string | null;
  readonly handoff: number | null;
  readonly queue: readonly number[];
  /** Who was known to be whom by then. */
  readonly same: Readonly<Record<string, number>>;
}

export interface EventRow {
  readonly seq: number;
  readonly tx: string;
  readonly kind: string;
  readonly environment: number | null;
  readonly person: number | null;
}

/** A run, and how things stood when it was begun. */
export interface RunRow {
  readonly seq: number;
  readonly tx: string;
  readonly run: number;
  readonly environment: number;
  readonly name: string;
  readonly kind: string;
  readonly person: number | null;
  readonly role: string | null;
  readonly creator: number | null;
  readonly holder: number | null;
  readonly queue: readonly number[];
}

export interface ApprovalRow {
  readonly seq: number;
  readonly tx: string;
  readonly approval: number;
  readonly state: string;
  readonly needed: number;
  readonly role: string;
  /** The account that asked. */
  readonly asker: string;
  readonly agreed: readonly { readonly identity: string; readonly role: string | null }[];
}

export interface DepartureRow {
  readonly seq: number;
  readonly person: number;
  readonly left_over: number;
}

/** From now on the account is this person's. */
export interface AccountRow {
  readonly seq: number;
  readonly identity: string;
  readonly person: number;
}

/** Something that was said, and what came of it. */
export interface Answered {
  readonly spoken: Spoken;
  /** How often the bot has taken it in: at most once. */
  readonly received: number;
  /** It was said while the bot was away, who then told the channel so instead of acting on it. */
  readonly isOwnedUp: boolean;
  readonly isAnswered: boolean;
  /** Answers that the bot wrote down, and how they were sent. */
  readonly written: readonly string[];
  /** Answers that stand on the service. */
  readonly seen: readonly string[];
}

/** What is left when everything is over. */
export interface Leftover {
  readonly what: string;
  readonly count: number;
}

/** All that is known of a day when it is over. */
export interface Evidence {
  readonly plan: DayPlan;
  readonly admins: ReadonlySet<string>;
  /** Persons who were an admin's at any time. */
  readonly adminPersons: ReadonlySet<number>;
  readonly leases: readonly LeaseRow[];
  readonly events: readonly EventRow[];
  readonly runs: readonly RunRow[];
  readonly approvals: readonly ApprovalRow[];
  readonly departures: readonly DepartureRow[];
  readonly accounts: readonly AccountRow[];
  readonly answers: readonly Answered[];
  readonly leftovers: readonly Leftover[];
  /** Texts that everybody could read. */
  readonly public: readonly string[];
  /** Outcomes told, by run and channel, that were not told exactly once where they were asked for, or more often elsewhere. */
  readonly outcomes: readonly string[];
  /** What the page gave for the report. */
  readonly report: { readonly status: number; readonly participants: number };
  /** Lines of the bot's log that tell of something broken. */
  readonly broken: readonly string[];
}
