/** A real IRC server on a private loopback port, for tests. */
export interface IrcServer {
  readonly host: string;
  readonly port: number;
  /** Ends it without a goodbye to its clients; accounts are kept. */
  stop(): Promise<void>;
  /** Comes up again on the same port. */
  start(): Promise<void>;
  /** Stops it from doing anything, with its connections open, until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}
