import { SimpleShardingStrategy, type WebSocketOptions } from 'discord.js';

type Build = NonNullable<WebSocketOptions['buildStrategy']>;
type Manager = Parameters<Build>[0];

interface Socket {
  readonly readyState: number;
  terminate(): void;
}

/** What the library keeps to itself of its connections. */
interface Shards {
  readonly shards?: ReadonlyMap<number, { readonly connection?: Socket | null }>;
}

const CONNECTING = 0;

/**
 * How discord.js connects, with an end that is one. By itself the library, told to end between two attempts to connect, goes
 * on connecting; told to end while a socket is being opened, it leaves the socket to itself, and its failure ends the
 * process; and from a server that does not answer it takes half a minute to part.
 */
export function endableStrategy() {
  let ended = false;
  let all: Shards = {};

  return {
    build(manager: Manager): SimpleShardingStrategy {
      const strategy = new SimpleShardingStrategy(manager);
      all = strategy as unknown as Shards;
      // Every attempt to connect begins with this question.
      const { retrieveSessionInfo } = manager.options;
      manager.options.retrieveSessionInfo = (shard) =>
        ended ? new Promise(() => {}) : retrieveSessionInfo(shard);
      return strategy;
    },
    /** Nothing connects any more from now on, and what is being connected is cut. Returns what cuts the rest. */
    async end(): Promise<() => void> {
      ended = true;
      const sockets = [...(all.shards?.values() ?? [])].flatMap(({ connection }) => connection ?? []);
      for (const socket of sockets) if (socket.readyState === CONNECTING) socket.terminate();
      // The library listens for the failure as long as it is not told to end.
      await new Promise((resolve) => setImmediate(resolve));
      return () => {
        for (const socket of sockets) socket.terminate();
      };
    },
  };
}
