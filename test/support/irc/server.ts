/** A real IRC server on a private loopback port, for tests. */
export interface IrcServer {
  readonly host: string;
  readonly port: number;
  /** Ends it without a goodbye to its clients; accounts are kept. */
  stop(): Promise<void>;
  /** Comes up again on the same port. */
  start(): Promise<void>;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}
