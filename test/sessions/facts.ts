import type { SessionFacts } from '../../sessions/report/facts.ts';

const START = Date.parse('2026-03-08T09:00:00Z');
const at = (minute: number) => new Date(START + minute * 60_000);

/** A run of one minute's beginning; `took` in seconds, null: it goes on. */
export function run(given: {
  id: number;
  kind: string;
  state: string;
  took: number | null;
  differences?: number;
}): SessionFacts['runs'][number] {
  const { id, kind, state, took, differences } = given;
  return {
    id,
    environmentId: 1,
    environment: 'ex',
    kind,
    state,
    command: `${kind} ex`,
    requester: 'ann',
    createdAt: at(id),
    startedAt: at(id),
    endedAt: took === null ? null : new Date(at(id).getTime() + took * 1000),
    summary: 'keystone: no answer',
    detail: {},
    differences:
      differences === undefined
        ? null
        : { count: differences, first: differences > 0 ? ['controller: settings x'] : [] },
  };
}

/** The end of a run, or a retry of it, so many seconds after the day began. */
export function turn(
  given: { run: number; second: number } & Partial<SessionFacts['turns'][number]>,
): SessionFacts['turns'][number] {
  const { second, ...more } = given;
  return { state: null, summary: null, where: null, by: null, ...more, at: at(second / 60) };
}

/** A day on which people wrote this wherever they can write. */
export function facts({ text }: { text: string }): SessionFacts {
  const person = (
    id: number,
    name: string,
    site: string | null,
    organisation: string | null,
    identities: string[],
  ) => ({
    id,
    name,
    site,
    organisation,
    identities,
    joinedAt: at(0),
    leftAt: null,
  });
  const made = { sessionId: 1, personId: 1, createdAt: at(1) };
  return {
    session: { id: 1, name: 'essex-day', startedBy: 1, startedAt: at(0), endedBy: 1, endedAt: at(480) },
    now: at(481),
    channels: ['irc:lab/#room', 'slack:T1/C1'],
    people: [
      person(1, text || 'ann', 'Boston', 'Acme', ['irc:lab/ann', 'slack:T1/U1']),
      person(2, 'bob', null, null, ['irc:lab/bob']),
      person(3, 'cy', text || 'Austin', text || 'Umbrella', ['slack:T1/U3']),
    ],
    environments: [
      {
        id: 1,
        name: 'ex',
        blueprint: 'essex',
        pool: 'lab',
        state: 'ready',
        createdAt: at(1),
        destroyedAt: null,
        holder: { person: text, reason: text, until: at(500) },
      },
    ],
    runs: [
      {
        ...run({ id: 1, kind: 'provision', state: 'failed', took: 30 }),
        summary: text,
        requester: text,
        command: text,
      },
      run({ id: 2, kind: 'provision', state: 'succeeded', took: 60 }),
      {
        ...run({ id: 3, kind: 'diff', state: 'succeeded', took: 1, differences: 1 }),
        differences: { count: 1, first: [text] },
      },
    ],
    turns: [
      { run: 1, at: at(2), state: 'failed', summary: text, where: text, by: null },
      { run: 1, at: at(3), state: null, summary: null, where: null, by: text },
      { run: 1, at: at(4), state: 'failed', summary: text, where: null, by: null },
    ],
    approvals: [
      {
        id: 1,
        state: 'started',
        environment: 'ex',
        command: text,
        why: text,
        askedBy: text,
        askedAt: at(2),
        settledAt: at(3),
        needed: 2,
        role: 'participant',
        decisions: [
          { person: text, verdict: 'approve', at: at(3) },
          { person: 'bob', verdict: 'reject', at: at(3) },
        ],
      },
    ],
    topics: [
      {
        ...made,
        id: 1,
        number: 1,
        title: text,
        slot: text,
        place: text,
        who: text,
        state: 'open',
        proposedBy: text,
        votes: 2,
      },
    ],
    votes: [
      {
        id: 1,
        sessionId: 1,
        personId: 1,
        number: 1,
        question: text,
        options: [text, 'b'],
        askedAt: at(4),
        closesAt: at(5),
        closedAt: at(5),
        dropped: false,
        counts: [2, 1],
        askedBy: text,
      },
    ],
    notes: [
      { id: 1, sessionId: 1, personId: 1, text, decision: true, at: at(6), by: text },
      { id: 2, sessionId: 1, personId: 1, text, decision: false, at: at(6), by: text },
    ],
    todos: [
      {
        ...made,
        id: 1,
        number: 1,
        text,
        ownerId: 1,
        owner: text,
        state: 'open',
        settledBy: null,
        settledAt: null,
        by: text,
      },
    ],
    pins: [{ id: 1, sessionId: 1, personId: 1, number: 1, text, at: at(7), droppedAt: null, by: text }],
    events: [
      { id: 3, at: at(5), kind: 'announcement', environment: null, run: null, person: text, data: { text } },
      { id: 1, at: at(6), kind: 'note.added', environment: null, run: null, person: text, data: { text } },
      {
        id: 2,
        at: at(8),
        kind: 'run.ended',
        environment: 'ex',
        run: 1,
        person: null,
        data: { kind: 'provision', state: 'failed', summary: text },
      },
    ],
  };
}
