import { SimpleShardingStrategy, type WebSocketOptions } from 'discord.js';

type Build = NonNullable<WebSocketOptions['buildStrategy']>;
type Manager = Parameters<Build>[0];

/** What the library keeps to itself of its connections. */
interface Sockets {
  readonly shards?: ReadonlyMap<number, { readonly connection?: { terminate(): void } | null }>;
}

/**
 * How discord.js connects, with an end that is one. By itself the library, told to end between two attempts to connect, goes
 * on connecting; told to end while a socket is being opened, it forgets the socket; and from a server that does not
 * answer it takes half a minute to part.
 */
export function endableStrategy() {
  let ended = false;
  let sockets: Sockets = {};

  return {
    build(manager: Manager): SimpleShardingStrategy {
      const strategy = new SimpleShardingStrategy(manager);
      sockets = strategy as unknown as Sockets;
      // Every attempt to connect begins with this question.
      const { retrieveSessionInfo } = manager.options;
      manager.options.retrieveSessionInfo = (shard) =>
        ended ? new Promise(() => {}) : retrieveSessionInfo(shard);
      return strategy;
    },
    /** Nothing connects any more from now on. */
    end(): void {
      ended = true;
    },
    /** Cuts what is connected or being connected. */
    hangUp(): void {
      for (const shard of sockets.shards?.values() ?? []) shard.connection?.terminate();
    },
  };
}
