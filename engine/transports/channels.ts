import { setTimeout as delay } from 'node:timers/promises';
import type { Client, ClientChannel } from 'ssh2';
import { TransportError } from '../transport.ts';
import { NoMoreShells } from './shell-pool.ts';
import { endClient, type OpenClient } from './ssh-connect.ts';

/**
 * Channels to one node: on its connection, and where sshd gives that one too few (MaxSessions), on further ones, for what must
 * not wait until a task ends.
 */
export interface Channels {
  /** On the first connection. Rejects with {@link NoMoreShells} where it has none left, as all of these do. */
  open(): Promise<ClientChannel>;
  /** Even where tasks have taken all that there are: then a further connection is opened. */
  openUrgently(): Promise<ClientChannel>;
  /** Where there is one, or will be since somebody opens a further connection just now. */
  openIfThereIs(): Promise<ClientChannel>;
  /** Ends the further connections, and opens none any more. */
  close(): void;
}

export interface ChannelsOptions {
  /** Names the node in errors. */
  readonly where: string;
  /** What is run on each channel. */
  readonly shell: string;
  readonly log: (line: string) => void;
  /** Why the first connection is gone; undefined while it is there. */
  readonly lost: () => TransportError | undefined;
  /** Another connection to the same node; the signal gives up. */
  readonly connect: (signal: AbortSignal) => Promise<OpenClient>;
}

/** How often a further connection is tried where the node does not answer just then. */
const FURTHER_TRIES = 3;

export function createChannels(first: OpenClient, options: ChannelsOptions): Channels {
  const { where, shell, log, lost, connect } = options;
  const further: OpenClient[] = [];
  const closed = new AbortController();
  /** Somebody opens a further connection: others wait, and look for a channel again. */
  let opening: Promise<ClientChannel> | null = null;

  const openOn = (client: Client) =>
    new Promise<ClientChannel>((resolve, reject) => {
      const reason = lost();
      if (reason) throw reason;
      const refused = (error: Error) =>
        reject(new NoMoreShells(`${where} gives us no shell: ${error.message}`, { cause: error }));
      try {
        client.exec(shell, (error, channel) => {
          if (error) refused(error);
          else resolve(channel);
        });
      } catch (error) {
        // The socket has ended and ssh2 has not said so yet.
        refused(error as Error);
      }
    });

  /** A channel on one of the connections that there are. */
  async function openSpare(): Promise<ClientChannel> {
    for (const { client } of further) {
      try {
        return await openOn(client);
      } catch (error) {
        if (!(error instanceof NoMoreShells)) throw error;
      }
    }
    return openOn(first.client);
  }

  async function openOnFurther(): Promise<ClientChannel> {
    const opened = await reachFurther();
    const reason = lost();
    if (reason) {
      endClient(opened);
      throw reason;
    }
    opened.client.on('error', () => {});
    try {
      const channel = await openOn(opened.client);
      log(`connected to ${where} once more: it gives one connection too few channels (MaxSessions)`);
      // What hangs on it is lost, and is asked for on a new connection like everything else.
      opened.client.once('close', () => first.socket.destroy());
      further.push(opened);
      return channel;
    } catch (error) {
      endClient(opened);
      throw error;
    }
  }

  async function reachFurther(): Promise<OpenClient> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await connect(closed.signal);
      } catch (error) {
        const mayPass = error instanceof TransportError && error.fault === 'unreachable';
        if (!mayPass || tries === FURTHER_TRIES || lost()) throw error;
        await delay(tries * 500);
      }
    }
  }

  return {
    open: () => openOn(first.client),
    async openUrgently() {
      for (;;) {
        try {
          return await openSpare();
        } catch (error) {
          if (!(error instanceof NoMoreShells)) throw error;
        }
        if (opening === null) {
          opening = openOnFurther();
          try {
            return await opening;
          } finally {
            opening = null;
          }
        }
        await opening.catch(() => {});
      }
    },
    async openIfThereIs() {
      try {
        return await openSpare();
      } catch (error) {
        if (!(error instanceof NoMoreShells) || opening === null) throw error;
        await opening.catch(() => {});
        return openSpare();
      }
    },
    close() {
      closed.abort();
      for (const one of further) endClient(one);
    },
  };
}
