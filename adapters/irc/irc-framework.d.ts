/** The part of irc-framework 4.14 that we use; it brings no types. */
declare module 'irc-framework' {
  import type { EventEmitter } from 'node:events';

  type Tags = Readonly<Record<string, string>>;

  export interface RawMessage {
    readonly command: string;
    readonly params: readonly string[];
    readonly tags: Tags;
    readonly prefix: string;
    readonly nick: string;
    readonly ident: string;
    readonly hostname: string;
  }

  interface Events {
    registered: { readonly nick: string };
    userlist: { readonly channel: string; readonly users: readonly { readonly nick: string }[] };
    'sasl failed': { readonly reason: string };
    'socket close': Error | false;
  }

  /** What the client asks of a transport; it also emits `open`, `line` and `close` (with an error or false). */
  export interface Transport extends EventEmitter {
    connect(): void;
    writeLine(line: string, done?: (error?: Error | null) => void): void;
    close(force?: boolean): void;
    disposeSocket(): void;
    setEncoding(encoding: string): boolean;
  }

  export interface ClientOptions {
    readonly nick: string;
    readonly username: string;
    readonly gecos: string;
    readonly version: string;
    readonly auto_reconnect: boolean;
    readonly ping_interval: number;
    readonly ping_timeout: number;
    readonly enable_chghost: boolean;
    readonly enable_echomessage: boolean;
    readonly sasl_disconnect_on_fail: boolean;
    /** Without a name in it, SASL is not tried. */
    readonly account: { readonly account?: string; readonly password?: string };
    readonly sasl_mechanism: 'PLAIN' | 'EXTERNAL';
    readonly transport: new () => Transport;
  }

  export class Client {
    constructor(options: ClientOptions);
    readonly connected: boolean;
    readonly network: {
      readonly cap: {
        isEnabled(capability: string): boolean;
        /** What the server offers, with the values that it gave. */
        readonly available: ReadonlyMap<string, string>;
      };
      /** What ISUPPORT says: text where there is a value, true where there is none. */
      supports(name: string): unknown;
      /** The server passes this client-only tag on; without its `+`. */
      supportsTag(name: string): boolean;
    };
    readonly connection: {
      /** The callback is called without an error also when there is no connection. */
      write(line: string, done?: (error?: Error | null) => void): void;
      readonly transport: Transport | null;
      /** Every line from the server, parsed, after the client itself has read it. */
      on(event: 'message', listener: (message: RawMessage) => void): unknown;
      on(
        event: 'raw',
        listener: (event: { readonly line: string; readonly from_server: boolean }) => void,
      ): unknown;
      removeAllListeners(): unknown;
    };
    requestCap(capabilities: readonly string[]): void;
    connect(): void;
    on<E extends keyof Events>(event: E, listener: (event: Events[E]) => void): this;
    removeAllListeners(): this;
  }
}
