import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../bot/config/package-root.ts';
import { type Home, makeHome } from '../support/process.ts';
import { until } from '../support/until.ts';
import type { Chat } from './chat.ts';

export interface RoundOptions {
  /** Runs that go on at a time, each on a machine of its own. */
  readonly runs: number;
  /** How long the service is away, in ms. */
  readonly outage: number;
  /** Names of troubles to happen, in order; `bot killed` is one of any service. */
  readonly troubles: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly say?: (line: string) => void;
}

/** What a trouble did to the outcomes of the runs that went on meanwhile. */
export interface Count {
  readonly chat: string;
  readonly trouble: string;
  readonly runs: number;
  /** Outcomes that were not posted, or too often, or not in the order of the runs' ends within their room. */
  readonly lost: number;
  readonly repeated: number;
  readonly outOfOrder: number;
  /** Commands that were acted on more than once. */
  readonly actedTwice: number;
  /** From the end of the trouble to the last outcome, in ms. */
  readonly lateMs: number;
  /** Why repeats could not be helped. */
  readonly mayRepeat?: string;
}

export const BOT_KILLED = 'bot killed between post and record';
const WITHIN_MS = 180_000;

/** Plays the troubles one after the other, each in the middle of runs; counts what was posted. */
export async function playRounds(chat: Chat, options: RoundOptions): Promise<Count[]> {
  const { runs, say = () => {} } = options;
  const home = await makeHome({
    machines: runs,
    blueprints: [join(packageRoot(), 'test', 'bot', 'blueprints')],
    admins: [chat.admin],
    config: chat.config,
    ...(options.env ? { env: options.env } : {}),
  });
  const envs = Array.from({ length: runs }, (_, at) => ({ name: `e${at}`, room: at % chat.rooms, at }));
  let bot = await home.ready();
  try {
    // One after the other: each gets the machine of its number.
    for (const { name, room } of envs) {
      await chat.ask(room, `provision ${name} from trial`);
      await shown(chat, room, `${name}: provisioning`);
    }
    for (const { name, room } of envs) await shown(chat, room, `${name} ready`);
    const counts: Count[] = [];
    for (const [number, trouble] of options.troubles.entries()) {
      counts.push(await play(trouble, `go-${number}`));
      say(lineOf(counts.at(-1) as Count));
    }
    return counts;
  } catch (error) {
    const said = Array.from(
      { length: chat.rooms },
      (_, room) => `room ${room}:\n${chat.posts(room).join('\n')}`,
    );
    throw new Error(
      `${(error as Error).message}\n${said.join('\n')}\n--- bot\n${bot.transcript().slice(-3_000)}`,
    );
  } finally {
    await home.remove();
    await chat.close();
  }

  async function play(trouble: string, word: string): Promise<Count> {
    const before = Array.from({ length: chat.rooms }, (_, room) => chat.posts(room).length);
    const since = (room: number) => chat.posts(room).slice(before[room]);
    for (const { name, room } of envs) {
      await chat.ask(room, `run ${name} -- until [ -e "$HOME/${word}" ]; do sleep 0.1; done; echo through`);
    }
    for (const { name, room } of envs) await shown(chat, room, `${name}: running the command`, before[room]);
    const links = envs.map(({ name, room }) =>
      runIn(since(room).find((post) => post.startsWith(`${name}: `))),
    );

    const known = chat.troubles.find((each) => each.name === trouble);
    const swallowed = trouble === BOT_KILLED ? chat.swallow() : null;
    const happening = known?.happen(options.outage) ?? swallowed?.then(() => killed(home));
    if (!happening) throw new Error(`${chat.name} has no trouble "${trouble}"`);
    let over = 0;
    const ended = happening.then(() => {
      over = Date.now();
    });
    ended.catch(() => {});
    for (const { at } of envs) {
      await writeFile(join(home.sshds[at]?.home ?? '', word), '');
      await until(() => isOver(home, links[at] ?? ''), {
        what: `the end of run ${links[at]}`,
        withinMs: WITHIN_MS,
        everyMs: 50,
      });
    }
    await ended;
    for (const { at, room } of envs) await shown(chat, room, outcomeOf(links[at] ?? ''), before[room]);
    const lateMs = Date.now() - over;
    // What is still on its way is said before an answer to this.
    for (let room = 0; room < chat.rooms; room++) {
      await chat.ask(room, `stauts ${word}${room}`);
      await shown(chat, room, 'did you mean status', before[room]);
    }

    let [lost, repeated, outOfOrder, actedTwice] = [0, 0, 0, 0];
    for (let room = 0; room < chat.rooms; room++) {
      const here = envs.filter((each) => each.room === room).map(({ at }) => links[at] ?? '');
      const told = since(room).flatMap((post) => (outcomeIn(post) ? [runIn(post)] : []));
      lost += here.filter((link) => !told.includes(link)).length;
      repeated += told.length - new Set(told).size;
      const order = [...new Set(told)].filter((link) => here.includes(link));
      outOfOrder += order.filter((link, at) => link !== here[at]).length;
      const started = since(room)
        .filter((post) => /: running the command … watch/.test(post))
        .map(runIn);
      actedTwice += new Set(started).size - here.length;
    }
    const mayRepeat = known?.mayRepeat;
    return {
      chat: chat.name,
      trouble,
      runs,
      lost,
      repeated,
      outOfOrder,
      actedTwice,
      lateMs,
      ...(mayRepeat ? { mayRepeat } : {}),
    };
  }

  async function killed(of: Home): Promise<void> {
    await bot.end('SIGKILL');
    bot = await of.ready();
  }
}

const outcomeIn = (post: string) => /: command done on 1 node/.test(post);
const outcomeOf = (link: string) => new RegExp(`command done on 1 node <?${link}\\b`);

/** The link to the run that a post is about. */
function runIn(post: string | undefined): string {
  return /http[^\s<>]+\/runs\/\d+/.exec(post ?? '')?.[0] ?? '';
}

async function isOver(home: Home, link: string): Promise<boolean> {
  const id = link.replace(/.*\//, '');
  const run = await home.get(`/api/runs/${id}`).catch(() => '');
  return /"state":"(succeeded|failed|broke|cancelled|unknown)"/.test(run);
}

function shown(chat: Chat, room: number, part: string | RegExp, from = 0): Promise<unknown> {
  const shows = (post: string) => (typeof part === 'string' ? post.includes(part) : part.test(post));
  return until(() => chat.posts(room).slice(from).some(shows), {
    what: `"${part}" in room ${room} of ${chat.name}`,
    withinMs: WITHIN_MS,
    everyMs: 50,
  });
}

/** Something was lost, came twice without an excuse, or out of order. */
export function isBad({ lost, repeated, outOfOrder, actedTwice, mayRepeat }: Count): boolean {
  return lost + outOfOrder + actedTwice > 0 || (repeated > 0 && mayRepeat === undefined);
}

export function lineOf({
  chat,
  trouble,
  runs,
  lost,
  repeated,
  outOfOrder,
  actedTwice,
  lateMs,
}: Count): string {
  return `${chat} | ${trouble} | ${runs} | ${lost} | ${repeated} | ${outOfOrder} | ${actedTwice} | ${(lateMs / 1000).toFixed(1)} s`;
}
