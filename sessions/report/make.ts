import { inOrder } from '../agenda.ts';
import { type Attempt, attemptsOf, deedOf } from './attempts.ts';
import type { SessionFacts } from './facts.ts';
import { gathering } from './people.ts';
import type { Failure, Report, ReportedVote, Written } from './report.ts';
import { happenings } from './timeline.ts';
import { openDifferences, workDone } from './work.ts';

/** The report that these facts make. Pure. */
export function makeReport(facts: SessionFacts): Report {
  const { session, runs } = facts;
  const attempts = attemptsOf(facts);
  return {
    session: {
      name: session.name,
      startedAt: session.startedAt.toISOString(),
      endedAt: session.endedAt?.toISOString() ?? null,
      madeAt: facts.now.toISOString(),
      channels: facts.channels,
    },
    people: gathering(facts.people),
    environments: facts.environments.map(({ id, name, blueprint, state, holder }) => ({
      name,
      blueprint,
      state,
      runs: runs.filter((run) => run.environmentId === id).length,
      holder: holder?.person ?? null,
    })),
    work: workDone(attempts),
    failures: failures(attempts),
    differences: openDifferences(facts),
    approvals: facts.approvals.map(({ id, environment, command, state, askedBy, decisions }) => ({
      id,
      environment,
      command,
      state,
      askedBy,
      approvedBy: decisions.filter(({ verdict }) => verdict === 'approve').map(({ person }) => person),
      rejectedBy: decisions.filter(({ verdict }) => verdict === 'reject').map(({ person }) => person),
    })),
    announcements: facts.events.filter(({ kind }) => kind === 'announcement').map(announced),
    decisions: facts.notes.filter(({ decision }) => decision).map(written),
    votes: facts.votes.map(voted),
    agenda: openFirst(inOrder(facts.topics)).map(({ number, title, state, votes, slot, place, who }) => ({
      number,
      title,
      state,
      votes,
      slot,
      place,
      who,
    })),
    todos: openFirst(facts.todos).map(({ number, text, owner, state }) => ({ number, text, owner, state })),
    notes: facts.notes.filter(({ decision }) => !decision).map(written),
    pinned: facts.pins.map(({ text }) => text),
    timeline: happenings(facts.events),
  };
}

const TROUBLE = new Set(['failed', 'broke', 'unknown']);

function failures(attempts: readonly Attempt[]): Failure[] {
  return attempts
    .filter(({ state }) => TROUBLE.has(state))
    .map(({ run, number, state, endedAt, where, summary, retried }) => ({
      run: run.id,
      environment: run.environment,
      kind: deedOf(run),
      state,
      at: (endedAt ?? run.createdAt).toISOString(),
      attempt: number,
      where,
      cause: summary ?? 'nobody knows',
      retried,
      mended: attempts.some(
        (other) =>
          (other.run.id > run.id || (other.run.id === run.id && other.number > number)) &&
          other.run.environmentId === run.environmentId &&
          mends(other.run.kind, run.kind) &&
          // What people type on nodes is mended by the same, not by something else.
          (run.kind !== 'exec' || other.run.command === run.command) &&
          other.state === 'succeeded',
      ),
    }));
}

/** Whether a success of one kind ends a failure of another: what a check found wrong is mended when a repair has asked it again. */
function mends(later: string, failed: string): boolean {
  return later === failed || (later === 'repair' && failed === 'verify');
}

function voted({
  number,
  question,
  options,
  closedAt,
  dropped,
  counts,
}: SessionFacts['votes'][number]): ReportedVote {
  const counted = closedAt !== null && !dropped;
  return {
    number,
    question,
    state: dropped ? 'dropped' : closedAt === null ? 'open' : 'closed',
    options: options.map((text, at) => ({ text, votes: counted ? (counts?.[at] ?? 0) : null })),
  };
}

const ORDER = { open: 0, done: 1, dropped: 2 };

function openFirst<T extends { readonly state: keyof typeof ORDER }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => ORDER[a.state] - ORDER[b.state]);
}

function announced({ at, data, person }: SessionFacts['events'][number]): Written {
  return { at: at.toISOString(), text: String(data.text ?? ''), by: person ?? 'somebody' };
}

function written({ at, text, by }: { at: Date; text: string; by: string }): Written {
  return { at: at.toISOString(), text, by };
}

/** What a picture of the day shows, by lane: tries of runs as spans, all else as moments. */
export function entriesOf(facts: Pick<SessionFacts, 'runs' | 'turns'>, report: Pick<Report, 'timeline'>) {
  const spans = attemptsOf(facts).map((each) => ({
    at: (each.startedAt ?? each.run.createdAt).toISOString(),
    ...(each.endedAt ? { until: each.endedAt.toISOString() } : {}),
    lane: each.run.environment,
    label: each.state === 'succeeded' ? deedOf(each.run) : `${deedOf(each.run)} ${each.state}`,
    kind: each.state,
  }));
  const moments = report.timeline
    .filter(({ run }) => run === null)
    .map(({ at, lane, kind, text }) => ({ at, lane, kind, label: text }));
  return [...spans, ...moments].sort((a, b) => a.at.localeCompare(b.at));
}
