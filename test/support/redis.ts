import { answers, type Daemon, daemon, eventually, freePort, privateFolder } from './irc/daemon.ts';

export const REDIS = ['redis-server'];

/** A real Redis on a private loopback port, that keeps nothing on disk. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Comes up again on the same port, empty. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Forgets everything, as after an operator's FLUSHALL. */
  flush(): Promise<void>;
  /** Stops it from answering, with its connections open, until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

/** `config`: further settings, `['--requirepass', 'secret']`. */
export async function startRedis(config: readonly string[] = []): Promise<TestRedis> {
  const folder = await privateFolder('redis');
  const port = await freePort();
  let server: Daemon | undefined;
  const start = async (): Promise<void> => {
    const where = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder.path];
    server = daemon('redis-server', [...where, '--save', '', '--appendonly', 'no', ...config]);
    await eventually('redis is up', () =>
      answers(port, 'PING', config.includes('--requirepass') ? 'NOAUTH' : 'PONG'),
    );
  };
  const stop = async (): Promise<void> => server?.stop();
  await start().catch(async (error) => {
    await stop();
    await folder.remove();
    throw error;
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    start,
    stop,
    flush: async () => {
      await eventually('redis forgets', () => answers(port, 'FLUSHALL', '+OK'));
    },
    freeze: () => server?.signal('SIGSTOP'),
    thaw: () => server?.signal('SIGCONT'),
    async remove() {
      await stop();
      await folder.remove();
    },
  };
}
