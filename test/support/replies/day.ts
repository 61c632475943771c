import type { NamedApproval } from '../../../db/approvals.ts';
import type { EventFact } from '../../../db/day.ts';
import type { VoteView } from '../../../db/votes.ts';
import type { SessionFacts } from '../../../sessions/report/facts.ts';
import { entriesOf } from '../../../sessions/report/make.ts';
import { happenings } from '../../../sessions/report/timeline.ts';
import { after } from './rows.ts';

/** A morning of a session, as the database has it. */

const ESSEX_DAY = { id: 3, name: 'essex-day', endedAt: null };

let events = 0;

function event(minute: number, kind: string, about: Partial<EventFact>): EventFact {
  events++;
  return {
    id: events,
    at: after(minute * 60),
    kind,
    environment: null,
    run: null,
    person: null,
    data: {},
    ...about,
  };
}

const ended = (minute: number, environment: string, run: number, data: Readonly<Record<string, unknown>>) =>
  event(minute, 'run.ended', { environment, run, data });

const EVENTS: readonly EventFact[] = [
  event(0, 'session.started', { data: { person: 'alice', session: 'essex-day' } }),
  event(3, 'session.joined', { data: { person: 'bob', organisation: 'Dell', site: 'Boston' } }),
  event(8, 'lease.claimed', { environment: 'ex', data: { person: 'bob', reason: 'upgrading Glance' } }),
  ended(14, 'ex', 14, {
    kind: 'provision',
    state: 'failed',
    summary: 'Keystone: identity failed on controller',
  }),
  ended(25, 'ex', 14, { kind: 'provision', state: 'succeeded', summary: 'in 9 min' }),
  event(31, 'vote.asked', { person: 'alice', data: { number: 2, question: 'lunch at noon?' } }),
  ended(46, 'demo', 15, { kind: 'verify', state: 'succeeded', summary: '2 checks passed' }),
];

type RunFact = SessionFacts['runs'][number];
type TurnFact = SessionFacts['turns'][number];

function run(id: number, environment: string, kind: string, from: number, to: number | null): RunFact {
  return {
    id,
    environmentId: id,
    environment,
    kind,
    state: to === null ? 'running' : 'succeeded',
    command: `${kind} ${environment}`,
    requester: 'bob',
    createdAt: after(from * 60),
    startedAt: after(from * 60),
    endedAt: to === null ? null : after(to * 60),
    summary: null,
    detail: {},
    differences: null,
  };
}

function turn(minute: number, of: number, state: string | null): TurnFact {
  return {
    run: of,
    at: after(minute * 60),
    state,
    summary: null,
    where: null,
    by: state === null ? 'bob' : null,
  };
}

const RUNS = [
  run(14, 'ex', 'provision', 9, 25),
  run(15, 'demo', 'verify', 44, 46),
  run(16, 'ex', 'diff', 48, null),
];
const TURNS = [
  turn(14, 14, 'failed'),
  turn(16, 14, null),
  turn(25, 14, 'succeeded'),
  turn(46, 15, 'succeeded'),
];

/** It is so many minutes old. */
const MINUTES = 50;

export const DAY = {
  session: ESSEX_DAY,
  now: after(MINUTES * 60),
  shown: happenings(EVENTS),
  entries: entriesOf({ runs: RUNS, turns: TURNS }, { timeline: happenings(EVENTS) }),
};

/** What alice has asked for; its plan is the same for every one of them. */
export function approvalRow(given: Partial<NamedApproval> = {}): NamedApproval {
  return {
    id: 7,
    state: 'open',
    sessionId: ESSEX_DAY.id,
    environmentId: 1,
    personId: 1,
    identity: 'slack:T1/U1',
    channel: 'slack:T1/C1',
    command: 'destroy ex',
    environment: 'ex',
    asker: 'alice',
    why: 'its blueprint marks destroy as destructive',
    request: {},
    preview: {
      kind: 'destroy',
      nodes: ['controller', 'compute-1', 'compute-2'],
      steps: [
        { title: 'services stopped', nodes: 3, destructive: false },
        { title: 'machine removed', nodes: 3, destructive: true },
      ],
    },
    digest: '',
    needed: 1,
    role: 'operator',
    askedAt: after(0),
    expiresAt: after(3_600),
    settledAt: null,
    ...given,
  };
}

export function voteRow(given: Partial<VoteView> = {}): VoteView {
  return {
    id: 2,
    sessionId: ESSEX_DAY.id,
    number: 2,
    question: 'lunch at noon?',
    options: ['noon', 'one'],
    personId: 1,
    askedBy: 'alice',
    askedAt: after(1_860),
    closesAt: after(3_600),
    closedAt: null,
    dropped: false,
    counts: null,
    ...given,
  };
}
