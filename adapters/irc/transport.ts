import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import type { Transport } from 'irc-framework';
import { type IrcConfig, IrcConfigError } from './config.ts';

/** Longest line we take: 8191 bytes of tags and 512 of message, with room to spare. */
const LONGEST_LINE = 65_536;

export interface TransportUses {
  /** False: this line must not go out. */
  mayWrite(line: string): boolean;
  onBadLine(error: unknown): void;
}

/**
 * The socket under irc-framework. Its own transport knows no private certificate authority, turns an unexpected line
 * from the server into an uncaught exception, and writes whatever it is given; here every line is stripped of CR, LF and NUL
 * once more on its way out, whoever composed it.
 *
 * A class because the library calls it with `new`. Emits `open`, `line` and `close` (with an error or false).
 */
export function transportTo(config: IrcConfig, uses: TransportUses): new () => Transport {
  return class extends EventEmitter implements Transport {
    private socket: net.Socket | undefined;
    private error: Error | false = false;
    private rest = '';

    connect(): void {
      let socket: net.Socket;
      try {
        socket = openSocket(config);
      } catch (error) {
        setImmediate(() => this.emit('close', error)); // a file that is gone since the start
        return;
      }
      this.socket = socket;
      socket.setNoDelay(true);
      socket.setEncoding('utf8');
      socket.on(config.tls ? 'secureConnect' : 'connect', () => this.emit('open'));
      socket.on('data', (data) => this.read(String(data)));
      socket.on('error', (error) => {
        this.error = error;
      });
      socket.on('close', () => {
        this.socket = undefined;
        this.emit('close', this.error);
      });
    }

    writeLine(line: string, done?: (error?: Error | null) => void): void {
      if (uses.mayWrite(line)) this.socket?.write(`${line.replace(LINE_ENDING, ' ')}\r\n`, done);
    }

    close(force = false): void {
      if (force || this.socket?.connecting) this.socket?.destroy();
      else this.socket?.end();
    }

    disposeSocket(): void {
      this.socket?.removeAllListeners();
      this.socket?.on('error', () => {}); // a late error of a socket nobody wants any more
      this.socket?.destroy();
      this.socket = undefined;
    }

    setEncoding(encoding: string): boolean {
      return encoding === 'utf8';
    }

    private read(data: string): void {
      const lines = (this.rest + data).split('\n');
      this.rest = lines.pop() ?? '';
      if (this.rest.length > LONGEST_LINE)
        this.socket?.destroy(new Error('the server sent a line without end'));
      for (const line of lines) {
        try {
          this.emit('line', line);
        } catch (error) {
          uses.onBadLine(error);
        }
      }
    }
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the purpose
const LINE_ENDING = /[\r\n\x00]+/g;

function openSocket(config: IrcConfig): net.Socket {
  const { host, port } = config;
  if (!config.tls) return net.connect({ host, port });
  return tls.connect({ host, port, ...(net.isIP(host) ? {} : { servername: host }), ...credentials(config) });
}

/** Whom we trust beside the system's authorities, and what we show of ourselves. Throws {@link IrcConfigError}. */
export function credentials(config: IrcConfig): tls.SecureContextOptions {
  const authority = pem(config, 'tlsCa');
  const cert = pem(config, 'tlsCert');
  const key = pem(config, 'tlsKey');
  const own = {
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  try {
    tls.createSecureContext(own);
  } catch (cause) {
    const why = `the certificate and its key cannot be used together: ${(cause as Error).message}`;
    throw new IrcConfigError(config, 'tlsCert', why, { cause });
  }
  return { ...own, ...(authority === undefined ? {} : { ca: [...tls.rootCertificates, authority] }) };
}

/** A PEM text, given as such or by its path. */
function pem(config: IrcConfig, key: 'tlsCa' | 'tlsCert' | 'tlsKey'): string | undefined {
  const given = config[key];
  if (given === undefined || given.includes('-----BEGIN')) return given;
  try {
    return readFileSync(given, 'utf8');
  } catch (cause) {
    throw new IrcConfigError(config, key, `cannot read ${given}: ${(cause as Error).message}`, { cause });
  }
}
