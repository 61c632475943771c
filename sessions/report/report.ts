import type { Gathering } from './people.ts';
import type { Happening } from './timeline.ts';
import type { Standing, WorkDone } from './work.ts';

/**
 * The report of a session: what `report.json` gives, and what the other forms are made of. Times are ISO 8601, UTC. Texts are
 * people's own, as they wrote them: whoever shows them escapes them.
 */
export interface Report {
  readonly session: {
    readonly name: string;
    readonly startedAt: string;
    /** Null: it goes on, and this is how it stands. */
    readonly endedAt: string | null;
    readonly madeAt: string;
    readonly channels: readonly string[];
  };
  readonly people: Gathering;
  readonly environments: readonly ReportedEnvironment[];
  readonly work: readonly WorkDone[];
  readonly failures: readonly Failure[];
  readonly differences: readonly Standing[];
  readonly approvals: readonly ReportedApproval[];
  readonly announcements: readonly Written[];
  readonly decisions: readonly Written[];
  readonly votes: readonly ReportedVote[];
  readonly agenda: readonly ReportedTopic[];
  readonly todos: readonly ReportedTodo[];
  readonly notes: readonly Written[];
  readonly pinned: readonly string[];
  readonly timeline: readonly Happening[];
}

export interface ReportedEnvironment {
  readonly name: string;
  readonly blueprint: string;
  readonly state: string;
  readonly runs: number;
  /** Who holds it now. */
  readonly holder: string | null;
}

export interface Failure {
  readonly run: number;
  readonly environment: string;
  readonly kind: string;
  readonly state: string;
  readonly at: string;
  /** 1: the first try of the run; higher: a retry of it. */
  readonly attempt: number;
  /** The step and its node, `install@controller`; null: nobody wrote it down. */
  readonly where: string | null;
  readonly cause: string;
  /** Who retried the run then, and how that ended (so far); null: nobody did. */
  readonly retried: { readonly by: string | null; readonly state: string } | null;
  /** The same was done on that environment with success later, by a retry or anew. */
  readonly mended: boolean;
}

export interface ReportedApproval {
  readonly id: number;
  readonly environment: string;
  readonly command: string;
  readonly state: string;
  readonly askedBy: string;
  readonly approvedBy: readonly string[];
  readonly rejectedBy: readonly string[];
}

export interface ReportedVote {
  readonly number: number;
  readonly question: string;
  readonly state: 'open' | 'closed' | 'dropped';
  /** `votes` is null while the vote is open, or if it was dropped. */
  readonly options: readonly { readonly text: string; readonly votes: number | null }[];
}

export interface ReportedTopic {
  readonly number: number;
  readonly title: string;
  readonly state: string;
  readonly votes: number;
  readonly slot: string | null;
  readonly place: string | null;
  readonly who: string | null;
}

export interface ReportedTodo {
  readonly number: number;
  readonly text: string;
  readonly owner: string | null;
  readonly state: string;
}

export interface Written {
  readonly at: string;
  readonly text: string;
  readonly by: string;
}
