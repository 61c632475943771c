import { Client, type RawMessage } from 'irc-framework';
import { type IrcConfig, IrcConfigError, type IrcTimes, type Log } from './config.ts';
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
  /** Compares names as this server does. */
  lower(name: string): string;
  isUs(nick: string): boolean;
  write(line: string): void;
  /** True when the server has acted on everything written before; false when the connection ended first. */
  roundTrip(): Promise<boolean>;
  /** Every message of the server, for what irc-framework has no event for. */
  onMessage(listener: (message: RawMessage) => void): void;
  /** Says goodbye when that is possible, and is gone at the latest after two seconds. */
  close(goodbye: string): Promise<void>;
}

export interface Ending {
  readonly error: Error;
  /** `banned` and `refused` call for patience; an {@link IrcConfigError} is what retrying will not mend. */
  readonly kind: 'dropped' | 'refused' | 'banned';
}

/** The capabilities to ask for beside those irc-framework asks for by itself. */
const CAPABILITIES = [
  'account-tag',
  'account-notify',
  'extended-join',
  'server-time',
  'message-tags',
  'batch',
];
const BAN = /\b[a-z]-?lined?\b|\bakill|\bbann?(ed)?\b/i;

export function openConnection(config: IrcConfig, times: IrcTimes, log: Log): Connection {
  const name = `irc:${config.network}`;
  const Transport = transportTo(config, (error) => log.error(`${name}: could not act on a line: ${error}`));
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
    account: config.sasl ?? {},
    transport: Transport,
  });
  client.requestCap(CAPABILITIES);

  const trips = new Map<string, (answered: boolean) => void>();
  let ending: Ending | undefined;
  let loggedIn = config.sasl === undefined;
  let over = false;
  let heard = Date.now();
  let asked = false;

  const give = (kind: Ending['kind'], error: Error): void => {
    ending ??= { kind, error };
    client.connection.transport?.close(true);
  };
  const write = (line: string): void => {
    if (!over && client.connected) client.connection.write(line);
  };

  const deadline = setTimeout(
    () =>
      give(
        'dropped',
        new Error(`no welcome from ${config.host}:${config.port} within ${times.connectWithin} ms`),
      ),
    times.connectWithin,
  );
  const pulse = setInterval(() => {
    const silent = Date.now() - heard;
    if (silent >= 2 * times.silence) give('dropped', new Error(`the server was silent for ${silent} ms`));
    else if (silent >= times.silence && !asked) {
      asked = true;
      write(`PING :${config.nick}`);
    }
  }, times.silence / 4);

  client.connection.on('message', (message) => {
    heard = Date.now();
    asked = false;
    const text = message.params.at(-1) ?? '';
    if (message.command === '900' || message.command === '903') loggedIn = true;
    else if (message.command === 'PONG') trips.get(text)?.(true);
    else if (message.command === '464')
      give('refused', new IrcConfigError(config, 'host', `refused: ${text}`));
    else if (message.command === '465') give('banned', new Error(text));
    // ERROR is the last thing a server says; some leave it to us to hang up.
    else if (message.command === 'ERROR') give(BAN.test(text) ? 'banned' : 'dropped', new Error(text));
  });

  client.on('sasl failed', ({ reason, message }) => {
    // Services that are away for a while take the capability with them, so that alone is no refusal.
    if (reason === 'capability_missing') give('dropped', saslMissing(config));
    else
      give(
        'refused',
        new IrcConfigError(config, 'sasl', `login as ${config.sasl?.account} failed: ${message ?? reason}`),
      );
  });

  const registered = new Promise<void>((resolve) => {
    client.on('registered', () => {
      if (!loggedIn) return give('dropped', saslMissing(config));
      // The answer comes after the whole welcome, which tells how this server compares names.
      roundTrip().then((answered) => {
        clearTimeout(deadline);
        if (answered) resolve();
      });
    });
  });

  const nick = keepNick(client, config, times, {
    write,
    lower: (text) => lower(text),
    invalid: (why) =>
      give('refused', new IrcConfigError(config, 'nick', `"${config.nick}" is refused: ${why}`)),
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
      resolve(
        ending ?? {
          kind: 'dropped',
          error: error ? explained(config, error) : new Error('the server hung up'),
        },
      );
    });
  });

  function lower(text: string): string {
    return caseLower(text, String(client.network.supports('CASEMAPPING') ?? 'rfc1459'));
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
    lower,
    isUs: (nick) => lower(nick) === lower(client.user.nick),
    write,
    roundTrip,
    onMessage(listener) {
      client.connection.on('message', listener);
    },
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

function saslMissing(config: IrcConfig): Error {
  return new Error(
    `the server offers no SASL login now, and irc[${config.network}].sasl asks for one; ` +
      'are its services down? Without services, remove the key',
  );
}

/** Names the configuration key where the address itself is wrong. */
function explained(config: IrcConfig, error: Error & { code?: string }): Error {
  const { code = '', message } = error;
  const at = `${config.host}:${config.port}`;
  if (code === 'ENOTFOUND')
    return new IrcConfigError(config, 'host', `no such host: ${config.host}`, { cause: error });
  if (CERTIFICATE.test(code)) {
    return new IrcConfigError(config, 'tlsCa', `${at} shows a certificate we do not trust: ${message}`, {
      cause: error,
    });
  }
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER') {
    return new IrcConfigError(config, 'tls', `${at} does not speak TLS: ${message}`, { cause: error });
  }
  return new Error(`${at}: ${message}`, { cause: error });
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ERR_TLS_CERT/;
