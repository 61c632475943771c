import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { packageRoot } from '../../bot/config/package-root.ts';
import type { RoundDatabase } from '../faults/postgres.ts';
import { freePort } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { type BotProcess, createBotProcess } from './bot-process.ts';
import type { Account, Human, Service } from './cast.ts';
import { type DayClock, startClock } from './clock.ts';
import type { Lane } from './lane.ts';
import { type DayPlan, MORNING } from './plan.ts';
import { type DiscordVoice, openDiscordVoice } from './voices/discord.ts';
import { type IrcVoice, STRANGER } from './voices/irc.ts';
import { openSlackVoice, type SlackVoice } from './voices/slack.ts';
import type { Voice } from './voices/voice.ts';
import { WATCH } from './watch.ts';

/** What a day is played on. */
export interface Stage {
  readonly voices: { readonly irc: IrcVoice; readonly slack: SlackVoice; readonly discord: DiscordVoice };
  readonly database: RoundDatabase;
  readonly bot: BotProcess;
  readonly clock: DayClock;
  /** Where the bot's page is. */
  readonly page: string;
  voiceOf(service: Service): Voice;
  identityOf(account: Account): string;
  /** Lets the day's clock jump, and whatever is due by then be looked for. */
  pass(ms: number, least?: number): Promise<void>;
  /** Starts the bot, and waits until it is where it is listened to. */
  begin(): Promise<void>;
  close(): Promise<void>;
}

export const TERMS = { usual: '40m', longest: '3h', grace: '4m', warn: '8m', alive: '15m' } as const;
/** Longer than anything that anybody may hold, wait for, or ask. */
export const LONG_AFTER = 26 * 3_600_000;

export const APPROVALS = [
  { commands: ['reset'], environments: ['gold-*'], count: 2, role: 'operator', within: '2h' },
  { commands: ['run'], environments: ['gold-*'], count: 1, role: 'participant', within: '1h' },
] as const;

export async function openStage(plan: DayPlan, lane: Lane): Promise<Stage> {
  const opened: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const each of opened.splice(0).reverse()) await each();
  };
  try {
    await lane.tidy();
    const database = inTurn(
      await lane.postgres.createDatabase(`day_${plan.seed}_${Date.now().toString(36)}`),
    );
    opened.push(() => database.drop());
    await database.query(WATCH);
    const folder = await mkdtemp(join(tmpdir(), 'deployday-day-'));
    opened.push(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));

    const onIrc = plan.humans.flatMap(({ accounts }) => accounts.filter(({ service }) => service === 'irc'));
    const irc = await lane.hall.open(onIrc.map(({ handle }) => handle));
    opened.push(() => irc.close());
    const slack = await openSlackVoice(plan.humans);
    opened.push(() => slack.close());
    const discord = await openDiscordVoice(plan.humans);
    opened.push(() => discord.close());
    const voices = { irc, slack, discord };
    const voiceOf = (service: Service): Voice => voices[service];
    const identityOf = (account: Account) => voiceOf(account.service).identityOf(account);

    const port = await freePort();
    const file = join(folder, 'deployday.yaml');
    // JSON is YAML.
    await writeFile(
      file,
      JSON.stringify(await configuration(plan, lane, folder, Object.values(voices), identityOf)),
    );
    const clock = startClock(MORNING);
    const env = {
      DATABASE_URL: database.url,
      DEPLOYDAY_DATA: join(folder, 'data'),
      PORT: String(port),
      LOG_LEVEL: 'info',
    };
    const bot = createBotProcess(file, env, clock);
    opened.push(() => bot.end('SIGKILL'));
    return {
      voices,
      database,
      bot,
      clock,
      page: `http://127.0.0.1:${port}`,
      voiceOf,
      identityOf,
      async pass(ms, least) {
        await bot.tell(clock.jump(ms, least));
        await database.query(`select pg_notify('deployday_events', '0')`);
      },
      async begin() {
        await bot.start();
        await until(() => Object.values(voices).every((voice) => voice.isHeard()), {
          what: 'the bot to be in the rooms',
          withinMs: 60_000,
        });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function configuration(
  { humans, environments }: DayPlan,
  { machines }: Lane,
  folder: string,
  voices: readonly Voice[],
  identityOf: (account: Account) => string,
) {
  const used = machines.slice(0, environments.length);
  const [first] = used;
  if (!first) throw new Error('a day needs a machine');
  await writeFile(join(folder, 'key'), first.endpoint.privateKey, { mode: 0o600 });
  const known = used.flatMap(({ port, hostKeys }) => hostKeys.map((key) => `[127.0.0.1]:${port} ${key}\n`));
  await writeFile(join(folder, 'known_hosts'), known.join(''));
  return {
    ...Object.assign({}, ...voices.map(({ config }) => config)),
    console: false,
    admins: humans.filter(({ isHost }) => isHost).map(({ accounts }) => identityOf(accounts[0])),
    blueprints: [join(packageRoot(), 'test', 'days', 'blueprints')],
    sessions: { lease: TERMS },
    limits: [
      { environments: ['core-*'], needs: 'operator' },
      { channels: voices.map((voice) => voice.channelOf('help')), atMost: 'participant' },
    ],
    approvals: APPROVALS,
    pools: {
      rack: {
        provider: 'ssh',
        user: first.endpoint.user,
        key: join(folder, 'key'),
        hostKeys: join(folder, 'known_hosts'),
        heavySlots: 2,
        nodes: used.map(({ port }, at) => ({ name: `r${at + 1}`, address: '127.0.0.1', port })),
      },
    },
  };
}

/** One query after the other: all go over one connection. */
function inTurn(database: RoundDatabase): RoundDatabase {
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...database,
    query<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
      const turn = last.then(() => database.query<Row>(text));
      last = turn.catch(() => {});
      return turn;
    },
  };
}

/** Whose account it is; null: nobody's who takes part. */
export function humanWith(humans: readonly Human[], account: Account): Human | null {
  if (account === STRANGER) return null;
  return humans.find(({ accounts }) => accounts.includes(account)) ?? null;
}
