import { Client } from 'irc-framework';
import { batchReader, type Heard } from './batches.ts';
import { type Clock, serverClock } from './clock.ts';
import { type IrcConfig, IrcConfigError, type IrcTimes, type Log } from './config.ts';
import { type Ending, endingOf, socketEnding } from './ending.ts';
import { type Login, watchLogin } from './login.ts';
import { caseLower } from './names.ts';
import { keepNick } from './nick.ts';
import { transportTo } from './transport.ts';

/** One connection, from opening the socket to its end; the next one starts from nothing. */
export interface Connection {
  readonly client: Client;
  /** Resolves when the server has welcomed us and said what it supports; never if it does not. */
  readonly registered: Promise<void>;
  /** Resolves when the connection is over, also when it never came about. */
  readonly ended: Promise<Ending>;
  /** Our nick now. */
  readonly nick: string;
  readonly login: Login;
  readonly clock: Clock;
  /** When the server was heard the last time; milliseconds. */
  readonly lastHeard: number;
  /** Compares names as this server does. */
  lower(name: string): string;
  isUs(nick: string): boolean;
  /** The capability is in force now. */
  has(capability: string): boolean;
  /** The value that the server gave to a capability in force; undefined for one that is not. */
  valueOf(capability: string): string | undefined;
  write(line: string): void;
  /** True when the server has acted on everything written before; false when the connection ended first. */
  roundTrip(): Promise<boolean>;
  /** Every message of the server as it comes, those in batches too, after our nick has been brought up to date. */
  onMessage(listener: (message: Heard) => void): void;
  /** Says goodbye when that is possible, and is gone at the latest after two seconds. */
  close(goodbye: string): Promise<void>;
}

/** The capabilities to ask for beside those irc-framework asks for by itself. */
const CAPABILITIES = [
  'account-tag',
  'account-notify',
  'extended-join',
  'server-time',
  'message-tags',
  'batch',
  'labeled-response',
  'draft/multiline',
  'draft/message-redaction',
  'draft/chathistory',
  'standard-replies',
];

export function openConnection(config: IrcConfig, times: IrcTimes, log: Log): Connection {
  const name = `irc:${config.network}`;
  const client = new Client({
    nick: config.nick,
    username: config.nick.replace(/[^A-Za-z0-9]/g, '').slice(0, 9) || 'bot',
    gecos: config.nick,
    version: '', // no answers to CTCP: they would bypass the flood control
    auto_reconnect: false,
    ping_interval: 0,
    ping_timeout: 0,
    enable_chghost: true,
    enable_echomessage: true,
    sasl_disconnect_on_fail: true,
    ...(config.sasl === 'external'
      ? { account: {}, sasl_mechanism: 'EXTERNAL' }
      : { account: config.sasl ?? {}, sasl_mechanism: 'PLAIN' }),
    transport: transportTo(config, {
      mayWrite,
      onBadLine: (error) => log.error(`${name}: could not act on a line: ${error}`),
    }),
  });
  client.requestCap(CAPABILITIES);

  const trips = new Map<string, (answered: boolean) => void>();
  const listeners: ((message: Heard) => void)[] = [];
  const read = batchReader();
  const clock = serverClock();
  let ending: Ending | undefined;
  let over = false;
  let heard = Date.now();
  let asked = false;

  const give = (end: Ending): void => {
    ending ??= end;
    client.connection.transport?.close(true);
  };
  const drop = (why: string): void =>
    give({ kind: 'dropped', error: new Error(why), flooded: false, silent: true });
  const refuse = (key: keyof IrcConfig, why: string): void =>
    give({ kind: 'refused', error: new IrcConfigError(config, key, why), flooded: false });
  const write = (line: string): void => {
    if (!over && client.connected) client.connection.write(line);
  };

  const deadline = setTimeout(
    () => drop(`no welcome from ${config.host}:${config.port} within ${times.connectWithin} ms`),
    times.connectWithin,
  );
  const pulse = setInterval(() => {
    const silent = Date.now() - heard;
    if (silent >= 2 * times.silence) drop(`the server was silent for ${silent} ms`);
    else if (silent >= times.silence && !asked) {
      asked = true;
      write(`PING :${config.nick}`);
    }
  }, times.silence / 4);

  const login = watchLogin(client, config, give);
  const nick = keepNick(client, config, times, {
    write,
    lower: (text) => lower(text),
    loggedIn: () => config.sasl !== undefined && login.done,
    giveUp: (wrong, why) =>
      wrong
        ? refuse('nick', `"${config.nick}" is refused, and others like it: ${why}`)
        : drop(`no nick like "${config.nick}" is free: ${why}`),
  });

  client.connection.on('message', (message) => {
    heard = Date.now();
    asked = false;
    const text = message.params.at(-1) ?? '';
    if (message.command === 'PONG') {
      clock.read(message.tags.time);
      trips.get(text)?.(true);
    } else if (message.command === '464') refuse('host', `refused: ${text}`);
    else if (message.command === '465') give({ ...endingOf(text), kind: 'banned' });
    // ERROR is the last thing a server says; some leave it to us to hang up.
    else if (message.command === 'ERROR') give(endingOf(text));
    const whole = read(message);
    for (const listener of listeners) listener(whole);
  });

  const registered = new Promise<void>((resolve) => {
    client.on('registered', () => {
      if (!login.done) return give(login.missing);
      // The answer comes after the whole welcome, which tells how this server compares names.
      roundTrip().then((answered) => {
        clearTimeout(deadline);
        if (!answered) return;
        nick.registered();
        resolve();
      });
    });
  });

  const ended = new Promise<Ending>((resolve) => {
    client.on('socket close', (error) => {
      over = true;
      clearTimeout(deadline);
      clearInterval(pulse);
      nick.stop();
      for (const answer of trips.values()) answer(false);
      // The close event comes from inside the library's own handler; let it finish before taking it apart.
      setImmediate(() => {
        client.removeAllListeners();
        client.connection.removeAllListeners();
      });
      resolve(ending ?? socketEnding(config, error));
    });
  });

  function has(capability: string): boolean {
    return client.network.cap.isEnabled(capability);
  }

  function lower(text: string): string {
    return caseLower(text, String(client.network.supports('CASEMAPPING') ?? 'rfc1459'));
  }

  /** irc-framework ends the negotiation also after some failures of the login; that would let us in without the account. */
  function mayWrite(line: string): boolean {
    if (line !== 'CAP END' || login.done) return true;
    setImmediate(() => give(login.missing)); // whoever knows the reason better says it first
    return false;
  }

  function roundTrip(): Promise<boolean> {
    if (over) return Promise.resolve(false);
    const token = `trip-${++tripCount}`;
    return new Promise((resolve) => {
      trips.set(token, (answered) => {
        trips.delete(token);
        resolve(answered);
      });
      write(`PING :${token}`);
    });
  }

  client.connect();

  return {
    client,
    registered,
    ended,
    get nick() {
      return nick.current;
    },
    login,
    clock,
    get lastHeard() {
      return heard;
    },
    lower,
    isUs: (other) => lower(other) === lower(nick.current),
    has,
    valueOf: (capability) => (has(capability) ? client.network.cap.available.get(capability) : undefined),
    write,
    roundTrip,
    onMessage: (listener) => void listeners.push(listener),
    async close(goodbye) {
      write(`QUIT :${goodbye}`);
      if (!client.connected) client.connection.transport?.close(true);
      const patience = setTimeout(() => client.connection.transport?.close(true), 2_000);
      await ended;
      clearTimeout(patience);
    },
  };
}

let tripCount = 0;
