import { until } from '../support/until.ts';
import { nextLine } from './acts.ts';
import { type Human, SITES } from './cast.ts';
import { type Crowd, createCrowd } from './crowd.ts';
import { gather } from './gather.ts';
import { keep } from './keep.ts';
import type { Lane } from './lane.ts';
import { linkOrPart } from './linking.ts';
import type { DayPlan, Trouble } from './plan.ts';
import { type Random, randomOf } from './random.ts';
import { LONG_AFTER, openStage, type Stage } from './stage.ts';
import { happen } from './troubles.ts';
import type { Evidence } from './verdict/evidence.ts';
import { problemsOf } from './verdict/verdict.ts';
import { readView } from './view.ts';

/** How a day went. */
export interface DayResult {
  readonly seed: number;
  readonly people: number;
  readonly problems: readonly string[];
  readonly troubles: readonly Trouble[];
  readonly tookMs: number;
  readonly counts: Counts;
  /** Where everything about a day with problems was kept. */
  readonly folder: string | null;
}

export interface Counts {
  /** Commands that were said, and of them those that the bot, being away, did not hear. */
  readonly commands: number;
  readonly unheard: number;
  /** Changes of who has or waits for an environment, and of these the times that one began to hold it. */
  readonly leases: number;
  readonly claims: number;
  readonly handovers: number;
  readonly takeovers: number;
  readonly runs: number;
  /** Of those that had not got done. */
  readonly retries: number;
  readonly cancels: number;
  readonly approvalsAsked: number;
  readonly approvalsGiven: number;
  readonly approvalsVoid: number;
  /** Accounts that were joined and parted. */
  readonly links: number;
  readonly votes: number;
  readonly events: number;
}

/** So many people say something at a time. */
const AT_ONCE = 14;
const RUNS_WITHIN_MS = 120_000;
/** Between five who come and the next five. */
const COMING_MS = 90_000;
const OPERATORS = 8;

/** Plays a day, and judges it. `also` looks at it before it is taken down. */
export async function playDay(
  plan: DayPlan,
  lane: Lane,
  also: (stage: Stage, session: string) => Promise<void> = async () => {},
): Promise<DayResult> {
  const began = Date.now();
  const stage = await openStage(plan, lane);
  const crowd = createCrowd(stage, plan);
  const session = `day-${plan.seed}`;
  try {
    const failures: string[] = [];
    await play(plan, stage, crowd, session, failures).catch((error: Error) =>
      failures.push(`the day could not be played: ${error.stack}`),
    );
    const evidence = await gather(plan, stage, crowd, session);
    const problems = [...failures, ...problemsOf(evidence)];
    const folder = problems.length > 0 ? await keep(plan, problems, evidence, stage) : null;
    if (folder === null) await also(stage, session);
    return {
      seed: plan.seed,
      people: plan.humans.length,
      problems,
      troubles: plan.troubles.map(({ kind }) => kind),
      tookMs: Date.now() - began,
      counts: countsOf(evidence),
      folder,
    };
  } finally {
    await stage.close();
  }
}

async function play(
  plan: DayPlan,
  stage: Stage,
  crowd: Crowd,
  session: string,
  failures: string[],
): Promise<void> {
  const random = randomOf(plan.seed);
  await stage.begin();
  await openDoors(plan, stage, crowd, session);
  await goOn(plan, stage, crowd, random, failures);
  await goHome(plan, stage, crowd, random);
}

/** The hosts open the session and its rooms, environments are made, and everybody comes in. */
async function openDoors(
  { humans, environments, slackIsTold }: DayPlan,
  stage: Stage,
  crowd: Crowd,
  session: string,
) {
  const hosts = humans.filter(({ isHost }) => isHost);
  const [first] = hosts;
  if (!first) throw new Error('nobody is the host');
  await insist(crowd, first, `session start ${session}`);
  for (const host of hosts) {
    const isOnSlack = host.accounts[0].service === 'slack';
    const lane = isOnSlack && !slackIsTold ? ' help' : '';
    for (const site of SITES) {
      if (host !== first || site !== host.site)
        await insist(crowd, host, `session link ${session}${lane}`, site);
      if (isOnSlack) await insist(crowd, host, 'notify quiet', site);
    }
    await crowd.ask(host.accounts[0], `session link ${session} help`, 'help');
  }
  await Promise.all(
    environments.map((name, at) =>
      insist(crowd, hosts[at % hosts.length] ?? first, `provision ${name} from shelf`),
    ),
  );
  const coming: Promise<unknown>[] = [];
  for (const { accounts, organisation, site, number } of humans) {
    const where = number % 3 === 0 ? 'help' : 'room';
    coming.push(crowd.ask(accounts[0], `join org="${organisation}" site="${site}"`, where));
    // Not all come at once.
    if (number % 5 === 4) await stage.pass(COMING_MS);
  }
  await Promise.all(coming);
  const operators = humans.filter(({ isHost, number }) => !isHost && number % 4 === 1).slice(0, OPERATORS);
  for (const { accounts } of operators)
    await insist(crowd, first, `grant ${stage.identityOf(accounts[0])} operator`);
  await idle(stage);
}

/** What must be answered for the day to begin. */
async function insist(crowd: Crowd, host: Human, text: string, site = host.site): Promise<void> {
  const answer = await crowd.ask(host.accounts[0], text, 'room', site);
  if (answer === null) throw new Error(`"${text}" was not heard`);
}

async function goOn(
  plan: DayPlan,
  stage: Stage,
  crowd: Crowd,
  random: Random,
  failures: string[],
): Promise<void> {
  const { humans, acts, lengthMs, troubles, environments } = plan;
  const busy = new Set<Human>();
  const going = new Set<Promise<void>>();
  const linkers = humans.filter(({ accounts }) => accounts.length > 1);

  function start(human: Human | null, doing: Promise<unknown>): void {
    if (human) busy.add(human);
    const done = doing
      .then(
        () => {},
        (error: Error) => void failures.push(error.message),
      )
      .finally(() => {
        if (human) busy.delete(human);
        going.delete(done);
      });
    going.add(done);
  }

  for (let number = 0; number < acts; number++) {
    const chance = random.of(number);
    for (const { kind } of troubles.filter(({ before }) => before === number)) {
      const quiet = humans.filter((human) => !busy.has(human)).flatMap(({ accounts }) => accounts);
      const onIrc = quiet.filter(({ service }) => service === 'irc').map(({ handle }) => handle);
      await happen(kind, stage, crowd, plan, chance, onIrc);
    }
    await stage.pass(Math.round(-Math.log(1 - chance.next()) * (lengthMs / acts)));
    while (going.size >= AT_ONCE) await Promise.race(going);
    const free = humans.filter((human) => !busy.has(human));
    const linker = chance.chance(0.05)
      ? free.find((human) => linkers.includes(human) && chance.chance(0.4))
      : undefined;
    if (linker) {
      start(linker, linkOrPart(crowd, linker, chance));
      continue;
    }
    const view = await readView(stage.database);
    const line = nextLine({ view, random: chance, free, names: environments, identityOf: stage.identityOf });
    if (line) start(line.human, crowd.ask(line.account, line.text, line.where));
  }
  await Promise.all(going);
}

/**
 * Some leave, the others just go. The session ends at the end of the day, with whatever is still held, waited for or asked; or it
 * is forgotten, all of that runs out, and it ends the day after.
 */
async function goHome({ humans, isForgotten }: DayPlan, stage: Stage, crowd: Crowd, random: Random) {
  const leaving = random
    .shuffled(humans.filter(({ isHost }) => !isHost))
    .slice(0, Math.floor(humans.length / 6));
  await Promise.all(leaving.map(({ accounts }) => crowd.ask(accounts[0], 'leave', 'private')));
  await idle(stage);
  const host = humans.find(({ isHost }) => isHost) as Human;
  if (!isForgotten) {
    await votesCounted(stage);
    await insist(crowd, host, 'report');
    await insist(crowd, host, 'session end');
  }
  await stage.pass(LONG_AFTER);
  // A turn that is not taken passes on by itself, one after the other.
  await until(
    async () => {
      await stage.pass(3_600_000);
      await settled(stage);
      return !(await isHeld(stage));
    },
    { what: 'everything to run out', withinMs: 60_000, everyMs: 20 },
  );
  if (isForgotten) {
    await insist(crowd, host, 'session');
    await votesCounted(stage);
    await insist(crowd, host, 'session end');
  }
  await settled(stage);
  const waiting = `select from outbox where state = 'pending'`;
  await until(async () => (await stage.database.query(waiting)).length === 0, {
    what: 'everything to be said',
    withinMs: 300_000,
    everyMs: 50,
  });
}

async function votesCounted({ database }: Stage): Promise<void> {
  const votes = `select from votes where closed_at is null`;
  await until(async () => (await database.query(votes)).length === 0, {
    what: 'votes to be counted',
    withinMs: 60_000,
    everyMs: 100,
  });
}

const isHeld = async ({ database }: Stage) =>
  (
    await database.query(
      `select from leases union all select from lease_queue union all select from approvals where state in ('open', 'approved')`,
    )
  ).length > 0;

/** Nothing goes on on any environment. */
async function idle({ database }: Stage): Promise<void> {
  const query = 'select from runs where ended_at is null';
  await until(async () => (await database.query(query)).length === 0, {
    what: 'all runs to end',
    withinMs: RUNS_WITHIN_MS,
    everyMs: 50,
  });
}

/** What had happened by now is known to whoever tells of it, and what was said by now is answered. */
async function settled({ database }: Stage): Promise<void> {
  const [last] = await database.query<{ id: number }>('select coalesce(max(id), 0)::int as id from events');
  const read = `select from cursors where reader = 'notifier' and event_id >= ${last?.id ?? 0}`;
  await until(
    async () =>
      (await database.query(read)).length > 0 &&
      (await database.query('select from received where answered_at is null')).length === 0,
    { what: 'the bot to be up to date', withinMs: 60_000, everyMs: 20 },
  );
}

function countsOf({ answers, leases, events, runs, approvals }: Evidence): Counts {
  const kinds = (...wanted: readonly string[]) => events.filter(({ kind }) => wanted.includes(kind)).length;
  return {
    commands: answers.length,
    unheard: answers.filter(({ received }) => received === 0).length,
    leases: leases.length,
    claims: kinds('lease.claimed'),
    handovers: kinds('lease.handed-over'),
    takeovers: kinds('lease.taken-over'),
    runs: runs.filter(({ kind }) => kind !== 'retry').length,
    retries: kinds('run.retried'),
    cancels: kinds('run.cancel-requested'),
    approvalsAsked: kinds('approval.asked'),
    approvalsGiven: approvals.filter(({ state }) => state === 'approved').length,
    approvalsVoid: kinds('approval.void'),
    links: kinds('person.linked', 'person.unlinked'),
    votes: kinds('vote.closed'),
    events: events.length,
  };
}
