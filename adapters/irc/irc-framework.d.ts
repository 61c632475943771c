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

  interface UserEvent {
    readonly nick: string;
    readonly ident: string;
    readonly hostname: string;
  }

  export interface MessageEvent extends UserEvent {
    readonly from_server: boolean;
    readonly target: string;
    /** Set when only part of a channel was addressed (`@#room`). */
    readonly group?: string;
    readonly message: string;
    readonly tags: Tags;
    readonly batch?: { readonly type: string };
  }

  interface Events {
    registered: { readonly nick: string };
    privmsg: MessageEvent;
    /** `account`: a name, `false` for none, missing without extended-join. */
    join: UserEvent & { readonly channel: string; readonly account?: string | false };
    part: UserEvent & { readonly channel: string };
    kick: UserEvent & { readonly channel: string; readonly kicked: string; readonly message: string };
    quit: UserEvent;
    nick: UserEvent & { readonly new_nick: string };
    account: { readonly nick: string; readonly account: string | false };
    userlist: { readonly channel: string; readonly users: readonly { readonly nick: string }[] };
    'user updated': UserEvent & { readonly new_ident?: string; readonly new_hostname?: string };
    'displayed host': { readonly nick: string; readonly hostname: string };
    'sasl failed': { readonly reason: string; readonly message?: string };
    'socket connected': undefined;
    'socket close': Error | false;
  }

  export interface WhoisReply {
    readonly nick: string;
    readonly ident?: string;
    readonly hostname?: string;
    readonly account?: string;
    readonly error?: string;
  }

  export interface WhoReply {
    /** `account`: empty for none; missing where the server has no WHOX. */
    readonly users: readonly { readonly nick: string; readonly account?: string }[];
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
    readonly transport: new () => Transport;
  }

  export class Client {
    constructor(options: ClientOptions);
    readonly connected: boolean;
    readonly user: { readonly nick: string; readonly username: string; readonly host: string };
    readonly network: {
      readonly cap: { isEnabled(capability: string): boolean };
      supports(name: string): unknown;
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
    whois(nick: string, done: (reply: WhoisReply) => void): void;
    who(channel: string, done: (reply: WhoReply) => void): void;
  }
}
