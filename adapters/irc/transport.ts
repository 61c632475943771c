import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import type { Transport } from 'irc-framework';
import { type IrcConfig, IrcConfigError } from './config.ts';

/** Longest line we take: 8191 bytes of tags and 512 of message, with room to spare. */
const LONGEST_LINE = 65_536;

/**
 * The socket under irc-framework. Its own transport knows no private certificate authority, turns an unexpected line
 * from the server into an uncaught exception, and writes whatever it is given; here every line is stripped of CR, LF and NUL
 * once more on its way out, whoever composed it.
 *
 * A class because the library calls it with `new`. Emits `open`, `line` and `close` (with an error or false).
 */
export function transportTo(config: IrcConfig, onBadLine: (error: unknown) => void): new () => Transport {
  return class extends EventEmitter implements Transport {
    private socket: net.Socket | undefined;
    private error: Error | false = false;
    private rest = '';

    connect(): void {
      const socket = openSocket(config);
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
      this.socket?.write(`${line.replace(LINE_ENDING, ' ')}\r\n`, done);
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
          onBadLine(error);
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
  const ca = authorities(config);
  return tls.connect({ host, port, ...(net.isIP(host) ? {} : { servername: host }), ...(ca ? { ca } : {}) });
}

/** The system's authorities and the configured one; undefined where none is configured. */
export function authorities(config: IrcConfig): string[] | undefined {
  if (config.tlsCa === undefined) return undefined;
  if (config.tlsCa.includes('-----BEGIN')) return [...tls.rootCertificates, config.tlsCa];
  try {
    return [...tls.rootCertificates, readFileSync(config.tlsCa, 'utf8')];
  } catch (cause) {
    throw new IrcConfigError(config, 'tlsCa', `cannot read ${config.tlsCa}: ${(cause as Error).message}`, {
      cause,
    });
  }
}
