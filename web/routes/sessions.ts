import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import {
  environmentsOfSession,
  peopleCounts,
  type SessionRow,
  sessionAt,
  sessionRows,
} from '../../db/day.ts';
import { lastEventId } from '../../db/watch.ts';
import { nearest } from '../../engine/blueprint/nearest.ts';
import { readFacts } from '../../sessions/report/facts.ts';
import { asHtml, STYLE_SOURCE } from '../../sessions/report/html.ts';
import { makeReport } from '../../sessions/report/make.ts';
import { asMarkdown } from '../../sessions/report/markdown.ts';
import { report, type SessionAnswer, type SessionSummary, session, sessions } from '../answers-day.ts';
import type { WebContext } from '../context.ts';
import { nameIn, read } from '../input.ts';
import { notFound, type Problem } from '../problem.ts';

const sessionParams = z.strictObject({
  name: nameIn().describe(
    "The session's name: the one that goes on, or the last of that name; `name.12` is the one of that id",
  ),
});

const MOST_SESSIONS = 100;
/** What a page shows of the timeline; the report has all of it. */
const TIMELINE_SHOWN = 100;
const EVENTS_READ = 400;
/** How long an answer is good while nothing happens, and the least time between two that are made. */
const FRESH_MS = 1_000;

/** Sessions as they stand, and their reports. */
export function sessionRoutes(app: FastifyInstance, context: WebContext): void {
  const { db } = context.database;

  app.get(
    '/api/sessions',
    { config: { api: { summary: 'Sessions', answer: sessions } } },
    async (): Promise<z.output<typeof sessions>> => {
      const rows = await sessionRows(db, MOST_SESSIONS);
      const people = await peopleCounts(
        db,
        rows.map(({ id }) => id),
      );
      return { sessions: rows.map((row) => shown(context, row, people.get(row.id) ?? 0)) };
    },
  );

  app.get(
    '/api/sessions/:name',
    { config: { api: { summary: 'One session as it stands', params: sessionParams, answer: session } } },
    async (request): Promise<SessionAnswer> => {
      const row = await requireSession(context, read(sessionParams, request.params).name);
      return standing(row);
    },
  );

  /** All who look at a session ask again at each thing that happens: made once a second is enough for all of them. */
  const standing = shared(
    () => lastEventId(db),
    async (row: SessionRow): Promise<SessionAnswer> => {
      const facts = await readFacts(db, row, new Date(), EVENTS_READ);
      const all = row.endedAt === null ? await environmentsOfSession(db, row.id, true) : facts.environments;
      const { people, agenda, todos, votes, decisions, pinned, timeline } = makeReport(facts);
      const times = new Map(facts.votes.map((vote) => [vote.number, vote]));
      return {
        ...shown(context, row, people.total),
        channels: facts.channels,
        gathering: copy(people),
        environments: all.map(({ name, blueprint, state, holder }) => ({
          name,
          blueprint,
          state,
          holder: holder && { ...holder, until: holder.until.toISOString() },
        })),
        agenda: copy(agenda),
        todos: copy(todos),
        votes: copy(votes).map((vote) => ({
          ...vote,
          closesAt: times.get(vote.number)?.closesAt.toISOString() ?? '',
          closedAt: times.get(vote.number)?.closedAt?.toISOString() ?? null,
        })),
        decisions: copy(decisions),
        pinned: [...pinned],
        timeline: copy(timeline.slice(-TIMELINE_SHOWN)),
      };
    },
  );

  const forms = {
    md: { type: 'text/markdown', what: 'Markdown', answer: z.string(), make: asMarkdown },
    html: { type: 'text/html', what: 'HTML', answer: z.string(), make: asHtml },
    json: { type: 'application/json', what: 'JSON', answer: report, make: JSON.stringify },
  } as const;
  for (const [form, { type, what, answer, make }] of Object.entries(forms)) {
    app.get(
      `/sessions/:name/report.${form}`,
      {
        config: {
          api: { summary: `The report of a session as ${what}`, params: sessionParams, answer, type },
        },
      },
      async (request, reply): Promise<FastifyReply> => {
        const row = await requireSession(context, read(sessionParams, request.params).name);
        const text = make(makeReport(await readFacts(db, row, new Date())));
        if (form === 'html') {
          const policy = `default-src 'none'; style-src ${STYLE_SOURCE}; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
          reply.header('content-security-policy', policy);
        }
        return reply.type(`${type}; charset=utf-8`).header('cache-control', 'no-store').send(text);
      },
    );
  }
}

/** `essex-day`, or `essex-day.12`: names have no dot. */
export async function requireSession(context: WebContext, named: string): Promise<SessionRow> {
  const row = await sessionAt(context.database.db, named);
  if (row) return row;
  throw await unknownSession(context, named);
}

async function unknownSession({ database, publicUrl }: WebContext, name: string): Promise<Problem> {
  const names = [...new Set((await sessionRows(database.db, MOST_SESSIONS)).map((row) => row.name))];
  const meant = nearest(name, names);
  const hint =
    meant !== undefined
      ? `Did you mean "${meant}"? ${publicUrl}/sessions/${encodeURIComponent(meant)}`
      : names.length > 0
        ? `There ${names.length === 1 ? 'is' : 'are'}: ${names.slice(0, 10).join(', ')}.`
        : 'There are none yet: type "session start essex-day" in a channel.';
  return notFound(`There is no session "${name}".`, hint);
}

function shown({ publicUrl }: WebContext, row: SessionRow, people: number): SessionSummary {
  const { id, name, startedAt, endedAt } = row;
  return {
    id,
    name,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    people,
    link: `${publicUrl}/sessions/${encodeURIComponent(name)}${endedAt === null ? '' : `.${id}`}`,
  };
}

/**
 * One answer for all who ask while nothing happens. Who asks because something has happened gets an answer that was begun
 * after that, with all the others who ask meanwhile, and at most one is made in FRESH_MS.
 */
function shared(
  newest: () => Promise<number>,
  make: (row: SessionRow) => Promise<SessionAnswer>,
): (row: SessionRow) => Promise<SessionAnswer> {
  const kept = new Map<number, Made>();
  const coming = new Map<number, Promise<SessionAnswer>>();

  async function begin(row: SessionRow, wait: number): Promise<SessionAnswer> {
    await sleep(Math.max(0, wait));
    coming.delete(row.id);
    const made: Made = { at: performance.now(), eventId: await newest(), answer: make(row) };
    kept.set(row.id, made);
    made.answer.catch(() => kept.delete(row.id));
    return made.answer;
  }

  return async (row) => {
    const eventId = await newest();
    const last = kept.get(row.id);
    const age = last === undefined ? FRESH_MS : performance.now() - last.at;
    if (last && age < FRESH_MS && last.eventId >= eventId) return last.answer;
    const answer = coming.get(row.id) ?? begin(row, FRESH_MS - age);
    coming.set(row.id, answer);
    return answer;
  };
}

interface Made {
  readonly at: number;
  /** The last event that the answer knows of. */
  readonly eventId: number;
  readonly answer: Promise<SessionAnswer>;
}

/** The same, as an answer that may be changed. */
type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { -readonly [K in keyof T]: Plain<T[K]> }
    : T;

function copy<T>(value: T): Plain<T> {
  return structuredClone(value) as Plain<T>;
}
