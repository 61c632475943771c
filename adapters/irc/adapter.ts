import { randomUUID } from 'node:crypto';
import { type Adapter, type IncomingMessage, SendError } from '../adapter.ts';
import { createCatchUp } from './catch-up.ts';
import { checkConfig } from './check.ts';
import { defaultTimes, type IrcConfig, type IrcOptions, type IrcTimes } from './config.ts';
import { ircLines } from './lines.ts';
import { type Live, liveOn } from './live.ts';
import { caseLower, channelName, isChannel, type Target, targetOf } from './names.ts';
import { createPace } from './pace.ts';
import { persist } from './persist.ts';
import { supersededBoards } from './redaction.ts';
import { createSender } from './sender.ts';

const SILENT = { info() {}, warn() {}, error() {} };

/**
 * One IRC network: connects, logs in, joins, and does all of it again whenever the connection ends, until `stop`.
 * `start` rejects with an {@link IrcConfigError} for what only the configuration can mend.
 */
export function createIrcAdapter(config: IrcConfig, options: IrcOptions = {}): Adapter {
  const name = `irc:${config.network}`;
  const log = options.log ?? SILENT;
  const times: IrcTimes = { ...defaultTimes, ...options.times };
  const sender = createSender(name, createPace(config.linesPerSecond, performance.now()), times, log);
  const catchUp = createCatchUp(config, times, takenIn);
  const boards = supersededBoards();
  const stopping = new AbortController();
  let live: Live | undefined;
  let lower = (text: string): string => caseLower(text, 'rfc1459');
  let running: Promise<void> | undefined;
  let started: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  async function connectOnce(receive: (message: IncomingMessage) => void, ready: () => void) {
    live = liveOn({ config, times, log, sender, catchUp, receive, ownedUp, ready });
    lower = live.connection.lower;
    const ending = await live.over;
    const since = ending.silent ? live.connection.lastHeard : Date.now();
    catchUp.lost(config.channels.map(lower), since);
    // Cut off by the server while much of what we said was unanswered: it was too much, whatever it says.
    const isCutOff = ending.error.cause === undefined && live.unanswered > 1;
    if (ending.flooded || isCutOff) sender.minds('cut off while speaking', { cutOff: true });
    return ending;
  }

  /** Where earlier processes were spoken to, something may have been said between them and us. */
  async function lookBack(): Promise<void> {
    try {
      const channels = (await options.guide?.heardIn(name)) ?? [];
      catchUp.began(channels.flatMap((channel) => targetOf(name, channel) ?? []));
    } catch (error) {
      const why = (error as Error).message;
      log.warn(
        `${name}: what was said before the start is not looked for, people have to say it again: ${why}`,
      );
    }
  }

  async function takenIn(ids: readonly string[]): Promise<ReadonlySet<string> | null> {
    try {
      return (await options.guide?.received(name, ids)) ?? null;
    } catch (error) {
      const why = (error as Error).message;
      log.warn(`${name}: whether what was said before was acted on is not known, people are told so: ${why}`);
      return null;
    }
  }

  function ownedUp(place: Target, ids: readonly string[]): void {
    if (ids.length === 0) return;
    const channel = channelName(name, place);
    options.guide
      ?.ownedUp(
        name,
        ids.map((id) => ({ id, channel })),
      )
      .catch((error: Error) =>
        log.warn(`${channel}: the next start may say again that the bot was away: ${error.message}`),
      );
  }

  async function start(receive: (message: IncomingMessage) => void): Promise<void> {
    checkConfig(config);
    if (config.identify === 'nick') {
      log.warn(
        `${name}: identify: nick — whoever takes a nick has that person's rights; closed networks only`,
      );
    }
    await lookBack();
    return new Promise((resolve, reject) => {
      running = persist(config, times, log, stopping.signal, () => connectOnce(receive, resolve), resolve);
      running.then(resolve, reject);
    });
  }

  /** Why a message cannot go to this target for good; null: it can. */
  function impossible(target: string): string | null {
    if (!isChannel(target)) return null;
    if (!config.channels.some((each) => lower(each) === target)) {
      return `is not among irc[${config.network}].channels`;
    }
    const givenUp = live?.channels.givenUp(target) ?? null;
    return givenUp && `is closed to the bot: ${givenUp}`;
  }

  function closed(target: string, why: string, retryable: boolean): SendError {
    return new SendError(`${name}/${target} ${why}`, { retryable, lost: 'channel', advice: `it ${why}` });
  }

  /** Those of the identities that are of this network. */
  function accountsIn(identities: readonly string[] | undefined): readonly string[] | undefined {
    const prefix = `${name}/`;
    return identities
      ?.filter((identity) => identity.startsWith(prefix))
      .map((identity) => identity.slice(prefix.length));
  }

  return {
    name,
    features: { edit: false, rich: false },
    async start(receive) {
      if (stopped) throw new Error(`${name} was stopped; create a new adapter`);
      started ??= start(receive);
      return started;
    },
    async send(channel, message, how) {
      const named = targetOf(name, channel);
      if (named === null) throw new SendError(`${channel} is no channel of ${name}`, { retryable: false });
      const target = lower(named);
      const why = impossible(target);
      if (why !== null) throw closed(target, why, false);
      const refusal = isChannel(target) ? live?.channels.refusal(target) : null;
      if (refusal) {
        throw closed(target, `does not let the bot in, which asks again now and then: ${refusal}`, true);
      }
      const colors = config.colors ?? true;
      const ids = await sender.send(target, (room) => ircLines(message, room, { colors }), {
        kind: message.kind,
        replyTo: how?.replyTo,
        key: how?.key,
        onlyFor: accountsIn(message.onlyFor),
      });
      for (const id of boards.posted(target, message, ids)) live?.takeBack(target, id);
      return { channel, id: ids[0] ?? randomUUID() };
    },
    edit(ref) {
      return Promise.reject(
        new SendError(`${ref.channel}: IRC cannot change what was said`, { retryable: false }),
      );
    },
    stop() {
      stopped ??= (async () => {
        await sender.stop(times.drain);
        stopping.abort();
        await live?.connection.close('stopping');
        await running?.catch(() => {});
      })();
      return stopped;
    },
  };
}
