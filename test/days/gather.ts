import type { Crowd } from './crowd.ts';
import type { DayPlan } from './plan.ts';
import type { Stage } from './stage.ts';
import type {
  AccountRow,
  Answered,
  ApprovalRow,
  DepartureRow,
  EventRow,
  Evidence,
  LeaseRow,
  RunRow,
} from './verdict/evidence.ts';

/** Collects all that is known of a day whose session has ended; the bot still runs. */
export async function gather(plan: DayPlan, stage: Stage, crowd: Crowd, session: string): Promise<Evidence> {
  const { database, voices, bot } = stage;
  const admins = new Set(
    plan.humans.filter(({ isHost }) => isHost).map(({ accounts }) => stage.identityOf(accounts[0])),
  );
  const accounts = await database.query<AccountRow>(
    'select seq::int, identity, person from watch.accounts order by seq',
  );
  return {
    plan,
    admins,
    adminPersons: new Set(
      accounts.filter(({ identity }) => admins.has(identity)).map(({ person }) => person),
    ),
    leases: await database.query<LeaseRow>(
      'select seq::int, tx::text, environment, holder, holder_role, handoff, queue, same from watch.leases order by seq',
    ),
    events: await database.query<EventRow>(
      'select seq::int, tx::text, kind, environment, person from watch.events order by seq',
    ),
    runs: await database.query<RunRow>(
      `select seq::int, tx::text, run, environment, e.name, w.kind, person, role, creator, holder, queue
       from watch.runs w join environments e on e.id = w.environment order by seq`,
    ),
    approvals: await database.query<ApprovalRow>(
      'select seq::int, tx::text, approval, state, needed, role, asker, agreed from watch.approvals order by seq',
    ),
    departures: await database.query<DepartureRow>(
      'select seq::int, person, left_over from watch.departures',
    ),
    accounts,
    answers: await answersOf(stage, crowd),
    leftovers: await leftovers(stage),
    public: Object.values(voices).flatMap((voice) => voice.public()),
    outcomes: await outcomes(stage),
    report: await reportOf(stage, session),
    broken: bot.log
      .flatMap((chunk) => chunk.split('\n'))
      .filter((line) => /broke:|could not be answered|Unhandled|TypeError/.test(line)),
  };
}

async function answersOf({ database }: Stage, crowd: Crowd): Promise<Answered[]> {
  const rows = await database.query<{
    message_id: string;
    taken_in: boolean;
    answered: boolean;
    written: string[];
  }>(
    `select r.message_id, r.reply_to is not null as taken_in, r.answered_at is not null as answered,
       coalesce((select array_agg(o.state) from outbox o where o.reply_to = r.reply_to and o.adapter = r.adapter), '{}') as written
     from received r`,
  );
  const byId = new Map<string, typeof rows>();
  for (const row of rows) byId.set(row.message_id, [...(byId.get(row.message_id) ?? []), row]);
  return crowd.spoken.map((spoken) => {
    const found = spoken.messageId === '' ? [] : (byId.get(spoken.messageId) ?? []);
    return {
      spoken,
      received: found.filter((row) => row.taken_in).length,
      isOwnedUp: found.some((row) => !row.taken_in),
      isAnswered: found.every(({ answered }) => answered),
      written: found.flatMap(({ written }) => written),
      seen: spoken.answers(),
    };
  });
}

/** What must not be there when all have gone and time has passed. */
const LEFTOVERS = {
  'environments still held': 'select count(*)::int as n from leases',
  'places still kept in queues': 'select count(*)::int as n from lease_queue',
  'handoffs still offered': 'select count(*)::int as n from handoffs',
  'approvals still open': `select count(*)::int as n from approvals where state in ('open', 'approved')`,
  'runs that never ended': 'select count(*)::int as n from runs where ended_at is null',
  'votes that were never counted': 'select count(*)::int as n from votes where closed_at is null',
  'messages that were never sent': `select count(*)::int as n from outbox where state = 'pending'`,
  'messages that could not be sent': `select count(*)::int as n from outbox where state = 'undeliverable'`,
} as const;

async function leftovers({ database }: Stage) {
  const found = [];
  for (const [what, query] of Object.entries(LEFTOVERS)) {
    const [row] = await database.query<{ n: number }>(query);
    found.push({ what, count: row?.n ?? 0 });
  }
  return found;
}

/**
 * Each end of a run is told exactly once where it was asked for, and nowhere twice. A retry may be asked for elsewhere: then the
 * ends share the channels.
 */
async function outcomes({ database }: Stage): Promise<string[]> {
  const rows = await database.query<{ run: number; channel: string; here: boolean; ends: number; n: number }>(
    `select r.id as run, c.channel, c.channel = r.channel as here,
       (select count(*)::int from events e where e.run_id = r.id and e.kind = 'run.ended') as ends,
       (select count(*)::int from outbox o where o.channel = c.channel and o.board is null
          and o.message->>'kind' = 'outcome' and o.message->>'link' like '%/runs/' || r.id) as n
     from runs r cross join (select distinct channel from outbox) c where r.ended_at is not null`,
  );
  return rows
    .filter(({ here, ends, n }) => n > ends || (here && n < 1))
    .map(({ run, channel, n }) => `the outcome of run ${run} was told ${n} times in ${channel}`);
}

async function reportOf({ page }: Stage, session: string) {
  const response = await fetch(`${page}/sessions/${session}/report.json`);
  const report = (await response.json().catch(() => null)) as { people?: { total?: number } } | null;
  return { status: response.status, participants: report?.people?.total ?? 0 };
}
