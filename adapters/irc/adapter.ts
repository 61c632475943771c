import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Adapter, type IncomingMessage, SendError } from '../adapter.ts';
import { keepChannels } from './channels.ts';
import { defaultTimes, type IrcConfig, IrcConfigError, type IrcOptions, type IrcTimes } from './config.ts';
import { type Connection, type Ending, openConnection } from './connection.ts';
import { identifyBy } from './identity.ts';
import { listen } from './inbound.ts';
import { ircLines } from './lines.ts';
import { isChannel, targetOf } from './names.ts';
import { roomByPrefix } from './prefix.ts';
import { createSender } from './sender.ts';
import { authorities } from './transport.ts';

/** Numerics that refuse a PRIVMSG; all name the target in their second parameter. */
const REFUSALS = new Set(['401', '403', '404', '408', '442', '477', '489', '492', '494', '531', '716']);
const SILENT = { info() {}, warn() {}, error() {} };

/**
 * One IRC network: connects, logs in, joins, and does all of it again whenever the connection ends, until `stop`.
 * `start` rejects with an {@link IrcConfigError} for what only the configuration can mend.
 */
export function createIrcAdapter(config: IrcConfig, options: IrcOptions = {}): Adapter {
  const name = `irc:${config.network}`;
  const log = options.log ?? SILENT;
  const times: IrcTimes = { ...defaultTimes, ...options.times };
  const sender = createSender(name, config.linesPerSecond, times.echo);
  const stopping = new AbortController();
  let current: Connection | undefined;
  let lower = (text: string): string => text.toLowerCase();
  let configured = (target: string): boolean => config.channels.some((each) => lower(each) === target);
  let running: Promise<void> | undefined;
  let started: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  /** Lives through one connection; `ready` is called when messages can be sent. */
  async function connectOnce(
    receive: (message: IncomingMessage) => void,
    ready: () => void,
  ): Promise<Ending> {
    const connection = openConnection(config, times, log);
    current = connection;
    lower = connection.lower;
    const { client } = connection;
    const over = new AbortController();
    const channels = keepChannels(connection, config, times, log, {
      joined: sender.joined,
      left: sender.left,
    });
    configured = channels.isConfigured;
    const room = roomByPrefix(connection, config.nick);
    listen(connection, config, {
      isConfigured: channels.isConfigured,
      identify: identifyBy(connection, config, times),
      receive(message) {
        try {
          receive(message);
        } catch (error) {
          log.error(`${name}: could not act on "${message.text}": ${error}`);
        }
      },
    });
    client.on('privmsg', ({ nick, target, tags }) => {
      if (connection.isUs(nick)) sender.echoed(lower(target), tags.msgid);
    });
    connection.onMessage(({ command, params }) => {
      if (REFUSALS.has(command)) sender.refused(lower(params[1] ?? ''), params.at(-1) ?? command);
    });
    client.connection.on('raw', ({ line, from_server }) => {
      if (!from_server && CHARGED.test(line)) sender.charge();
    });
    connection.registered.then(async () => {
      log.info(`${name}: connected to ${config.host}:${config.port} as ${client.user.nick}`);
      sender.attach({
        echoes: client.network.cap.isEnabled('echo-message'),
        room,
        isIn: (target) => !isChannel(target) || channels.isIn(target),
        write: connection.write,
        roundTrip: connection.roundTrip,
        rejoin: channels.rejoin,
      });
      await Promise.race([
        channels.tried,
        pause(times.connectWithin, undefined, { signal: over.signal }),
      ]).catch(() => {});
      ready();
    });
    const ending = await connection.ended;
    over.abort();
    sender.attach(undefined);
    return ending;
  }

  async function keepConnected(
    receive: (message: IncomingMessage) => void,
    first: { ready(): void; failed(error: Error): void },
  ): Promise<void> {
    let failures = 0;
    for (let attempt = 0; !stopping.signal.aborted; attempt++) {
      const since = Date.now();
      const { error, kind } = await connectOnce(receive, first.ready);
      if (stopping.signal.aborted) break;
      if (attempt === 0 && error instanceof IrcConfigError) return first.failed(error);
      failures = Date.now() - since > times.backoffMax ? 0 : failures;
      const delay = kind === 'dropped' ? backoff(times, failures++) : times.banned;
      log[kind === 'dropped' ? 'warn' : 'error'](
        `${name}: ${kind}: ${error.message}; connecting again in ${Math.ceil(delay / 1000)} s`,
      );
      first.ready();
      await pause(delay, undefined, { signal: stopping.signal }).catch(() => {});
    }
    first.ready();
  }

  return {
    name,
    features: { edit: false, rich: false },
    start(receive) {
      if (stopped) return Promise.reject(new Error(`${name} was stopped; create a new adapter`));
      started ??= new Promise((resolve, reject) => {
        checkConfig(config);
        if (config.identify === 'nick') {
          log.warn(
            `${name}: identify: nick — whoever takes a nick has that person's rights; closed networks only`,
          );
        }
        running = keepConnected(receive, { ready: resolve, failed: reject });
      });
      return started;
    },
    async send(channel, message) {
      const target = targetOf(name, channel);
      if (target === null) throw new SendError(`${channel} is no channel of ${name}`, { retryable: false });
      const to = lower(target);
      if (isChannel(to) && !configured(to)) {
        const why = `${channel} is not among irc[${config.network}].channels`;
        throw new SendError(why, { retryable: false });
      }
      const { id } = await sender.send(to, (room) => ircLines(message, room));
      return { channel, id: id ?? randomUUID() };
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
        await current?.close('stopping');
        await running;
      })();
      return stopped;
    },
  };
}

/** Lines beside messages that cost the server work; its allowance is shared with them. */
const CHARGED = /^(JOIN|PART|NICK|WHO|WHOIS) /;

/** Between half and all of the doubling pause, so that many bots do not come back in step. */
function backoff(times: IrcTimes, failures: number): number {
  return Math.min(times.backoffMax, times.backoff * 2 ** failures) * (0.5 + Math.random() / 2);
}

function checkConfig(config: IrcConfig): void {
  if (!(config.port >= 1 && config.port <= 65_535)) {
    throw new IrcConfigError(config, 'port', `${config.port} is not between 1 and 65535`);
  }
  if (!/^[^\s\p{Cc}:#&,!@*?$%~.+-][^\s\p{Cc},!@*?]*$/u.test(config.nick)) {
    throw new IrcConfigError(config, 'nick', `"${config.nick}" cannot be a nick`);
  }
  const wrong = config.channels.find((channel) => !isChannel(channel));
  if (wrong !== undefined) {
    throw new IrcConfigError(
      config,
      'channels',
      `"${wrong}" cannot be a channel; they look like '#room', in quotes`,
    );
  }
  if (!(config.linesPerSecond > 0)) {
    throw new IrcConfigError(config, 'linesPerSecond', `${config.linesPerSecond} is not above 0`);
  }
  authorities(config);
}
