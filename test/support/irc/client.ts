import net from 'node:net';
import tls from 'node:tls';

/** Another person on the server: a plain socket, so that tests see exactly what went over it. */
export interface IrcPerson {
  readonly nick: string;
  /** Every line received, without tags. */
  readonly lines: readonly string[];
  write(line: string): void;
  say(target: string, text: string): void;
  join(channel: string): Promise<void>;
  /**
   * The first line that matches, among those after the one returned last; waits for it at most `within` milliseconds.
   */
  waitFor(pattern: RegExp, within?: number): Promise<string>;
  /** Registers an account with services and is logged in to it afterwards. */
  register(account: string, password: string): Promise<void>;
  /** Resolves when the server has acted on everything written so far. */
  settled(): Promise<void>;
  quit(): Promise<void>;
}

export interface Login {
  readonly nick: string;
  /** Log in with SASL PLAIN. */
  readonly account?: string;
  readonly password?: string;
  /** Capabilities to ask for. */
  readonly caps?: readonly string[];
  /** Hears every line at once, with its tags. */
  readonly onLine?: (line: string) => void;
  /** Speak TLS: whom to trust, and what to show. PEM texts. */
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string };
}

export async function connectPerson(
  server: { host: string; port: number },
  login: Login,
): Promise<IrcPerson> {
  const { host, port } = server;
  const socket = login.tls ? tls.connect({ host, port, ...login.tls }) : net.connect({ host, port });
  socket.setEncoding('utf8');
  const lines: string[] = [];
  const changed: (() => void)[] = [];
  let rest = '';
  let at = 0;
  let closed = false;
  const wake = (): void => {
    for (const tell of changed.splice(0)) tell();
  };
  const write = (line: string): void => {
    socket.write(`${line}\r\n`);
  };
  socket.on('data', (data) => {
    const parts = (rest + data).split('\r\n');
    rest = parts.pop() ?? '';
    for (const tagged of parts) {
      login.onLine?.(tagged);
      const line = tagged.replace(/^@\S+ /, '');
      lines.push(line);
      if (line.startsWith('PING')) write(`PONG${line.slice(4)}`);
    }
    wake();
  });
  socket.on('error', () => {});
  const gone = new Promise<void>((resolve) => {
    socket.on('close', () => {
      closed = true;
      wake();
      resolve();
    });
  });

  const waitFor = async (pattern: RegExp, within = 10_000): Promise<string> => {
    const deadline = Date.now() + within;
    for (let next = at; ; ) {
      for (; next < lines.length; next++) {
        const line = lines[next] ?? '';
        if (!pattern.test(line)) continue;
        at = next + 1;
        return line;
      }
      const left = deadline - Date.now();
      if (left <= 0 || closed) {
        const why = closed ? 'the connection was closed' : `not within ${within} ms`;
        throw new Error(
          `${login.nick} saw no line like ${pattern} (${why}); last lines:\n${lines.slice(-15).join('\n')}`,
        );
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        changed.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  };

  const caps = [...(login.caps ?? []), ...(login.account ? ['sasl'] : [])];
  if (caps.length > 0) write(`CAP REQ :${caps.join(' ')}`);
  write(`NICK ${login.nick}`);
  write(`USER ${login.nick.replace(/\W/g, '')} 0 * :${login.nick}`);
  if (caps.length > 0) await waitFor(/ CAP \S+ ACK /);
  if (login.account) {
    write('AUTHENTICATE PLAIN');
    await waitFor(/^AUTHENTICATE :?\+/);
    const words = `${login.account}\0${login.account}\0${login.password}`;
    write(`AUTHENTICATE ${Buffer.from(words).toString('base64')}`);
    await waitFor(/ 903 /);
  }
  if (caps.length > 0) write('CAP END');
  await waitFor(/ (376|422) /);

  return {
    nick: login.nick,
    lines,
    write,
    say: (target, text) => write(`PRIVMSG ${target} :${text}`),
    async join(channel) {
      write(`JOIN ${channel}`);
      await waitFor(/ 366 /);
    },
    waitFor,
    async register(account, password) {
      write(`PRIVMSG NickServ :REGISTER ${account} ${password} ${account}@example.org`);
      await waitFor(/ 900 /);
    },
    async settled() {
      write('PING :settled');
      await waitFor(/ PONG \S+ :?settled$/);
    },
    async quit() {
      if (!closed) socket.end('QUIT :bye\r\n');
      const timer = setTimeout(() => socket.destroy(), 1_000);
      await gone;
      clearTimeout(timer);
    },
  };
}
