import { z } from 'zod';

/** The shapes of the API's answers about sessions; see answers.ts. Texts are people's own: show them as text. */

const time = z.iso.datetime().describe('ISO 8601, UTC');
const ms = z.number().nullable().describe('ms, of those that succeeded; null: none did');

export const sessionSummary = z.object({
  name: z.string(),
  id: z.int(),
  startedAt: time,
  endedAt: time.nullable().describe('Null: it goes on'),
  people: z.int().describe('Whoever took part'),
  link: z.url(),
});

export const sessions = z.object({
  sessions: z.array(sessionSummary).describe('Those that go on first, then the newest'),
});

const happening = z.object({
  at: time,
  lane: z.string().describe('An environment, or people, agenda, notes, todos, votes, session'),
  kind: z.string(),
  text: z.string(),
  run: z.int().nullable(),
});

const gathering = z.object({
  total: z.int(),
  organisations: z.int(),
  sites: z.array(
    z.object({
      site: z.string().nullable(),
      people: z.int(),
      organisations: z.array(z.object({ organisation: z.string().nullable(), names: z.array(z.string()) })),
    }),
  ),
  services: z.array(z.object({ service: z.string(), people: z.int() })),
});

const topic = z.object({
  number: z.int(),
  title: z.string(),
  state: z.string().describe('open, done, dropped'),
  votes: z.int(),
  slot: z.string().nullable(),
  place: z.string().nullable(),
  who: z.string().nullable(),
});

const todo = z.object({
  number: z.int(),
  text: z.string(),
  owner: z.string().nullable(),
  state: z.string().describe('open, done, dropped'),
});

const written = z.object({ at: time, text: z.string(), by: z.string() });

const vote = z.object({
  number: z.int(),
  question: z.string(),
  state: z.enum(['open', 'closed', 'dropped']),
  options: z.array(
    z.object({
      text: z.string(),
      votes: z.int().nullable().describe('Null while it is open, or if it was dropped'),
    }),
  ),
});

export const report = z.object({
  session: z.object({
    name: z.string(),
    startedAt: time,
    endedAt: time.nullable(),
    madeAt: time,
    channels: z.array(z.string()),
  }),
  people: gathering,
  environments: z.array(
    z.object({
      name: z.string(),
      blueprint: z.string(),
      state: z.string(),
      runs: z.int(),
      holder: z.string().nullable(),
    }),
  ),
  work: z.array(
    z.object({
      kind: z.string(),
      runs: z.int(),
      attempts: z.int().describe('Tries, retries among them; what follows counts these'),
      succeeded: z.int(),
      failed: z.int(),
      broke: z.int(),
      cancelled: z.int(),
      unknown: z.int(),
      going: z.int(),
      rate: z.number().nullable().describe('Of those that have ended and were not cancelled, 0 to 1'),
      medianMs: ms,
      longestMs: ms,
    }),
  ),
  failures: z.array(
    z.object({
      run: z.int(),
      environment: z.string(),
      kind: z.string(),
      state: z.string(),
      at: time,
      attempt: z.int().describe('1: the first try of the run'),
      where: z.string().nullable().describe('Step and node: `install@controller`'),
      cause: z.string(),
      retried: z
        .object({ by: z.string().nullable(), state: z.string() })
        .nullable()
        .describe('Who retried the run then, and how that ended'),
      mended: z.boolean().describe('The same was done on that environment with success later'),
    }),
  ),
  differences: z.array(
    z.object({
      environment: z.string(),
      run: z.int(),
      at: time,
      differences: z.int(),
      first: z.array(z.string()),
      stale: z.boolean().describe('Something was changed after that look'),
    }),
  ),
  approvals: z.array(
    z.object({
      id: z.int(),
      environment: z.string(),
      command: z.string(),
      state: z.string(),
      askedBy: z.string(),
      approvedBy: z.array(z.string()),
      rejectedBy: z.array(z.string()),
    }),
  ),
  announcements: z.array(written),
  decisions: z.array(written),
  votes: z.array(vote),
  agenda: z.array(topic),
  todos: z.array(todo),
  notes: z.array(written),
  pinned: z.array(z.string()),
  timeline: z.array(happening).describe('Oldest first'),
});

export const session = sessionSummary.extend({
  channels: z.array(z.string()),
  gathering,
  environments: z.array(
    z.object({
      name: z.string(),
      blueprint: z.string(),
      state: z.string(),
      holder: z
        .object({ person: z.string(), reason: z.string().nullable(), until: time })
        .nullable()
        .describe('Who holds it now'),
    }),
  ),
  agenda: z.array(topic),
  todos: z.array(todo),
  votes: z.array(vote.extend({ closesAt: time, closedAt: time.nullable() })),
  decisions: z.array(written),
  pinned: z.array(z.string()),
  timeline: z.array(happening).describe('The last of it, oldest first; the report has all of it'),
});

export type SessionSummary = z.output<typeof sessionSummary>;
export type SessionAnswer = z.output<typeof session>;
