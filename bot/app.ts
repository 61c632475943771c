import { hostname } from 'node:os';
import type { Adapter } from '../adapters/adapter.ts';
import { createCatalogue } from '../engine/catalogue.ts';
import { createEngine } from '../engine/engine.ts';
import { createNotifyQueue } from '../engine/queue.ts';
import { createSshTransport } from '../engine/transports/ssh.ts';
import { startWorker } from '../engine/worker.ts';
import type { Config } from './config.ts';
import { publicUrlOf } from './config.ts';
import type { Services } from './handlers/handler.ts';
import { createKnownNames } from './known-names.ts';
import { createLinks } from './links.ts';
import { startNotifier } from './notifier.ts';
import { createAdapters, type Log, type Terminal } from './parts/chats.ts';
import { freePort, openPage } from './parts/page.ts';
import { createProviders, preparePools } from './parts/pools.ts';
import { openStore } from './parts/store.ts';
import { answerCutOff, createReceive } from './receive.ts';
import { type Sender, startSender } from './sender.ts';
import { StartError } from './start-error.ts';

export interface AppOptions {
  readonly config: Config;
  readonly packageRoot: string;
  readonly version: string;
  /** The terminal as a chat channel; null: there is none. */
  readonly terminal: Terminal | null;
  /** Lines for people while the process starts: what is being set up, what was found. */
  readonly say: (line: string) => void;
  readonly log: Log;
}

export interface App {
  /** Where the page is. */
  readonly url: string;
  /** Fulfilled with the reason when the process cannot go on. */
  readonly died: Promise<Error>;
  /** Ends cleanly: says goodbye, lets go of runs, leaves machines running. */
  stop(): Promise<void>;
}

const HOLD_SECONDS = 15;
const SWEEP_SECONDS = 5;

/** The one place where the parts are joined; the process and the tests call it. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, say } = options;
  const log = (line: string) => options.log.info(line);
  /** What was opened, closed in the opposite order; also when opening the next part fails. */
  const opened: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of opened.splice(0).reverse()) await close();
  };

  try {
    const store = await openStore({ data: config.data, databaseUrl: config.databaseUrl, say, log });
    opened.push(() => store.close());
    const { database, listener } = store;

    const transport = createSshTransport({ log });
    const providers = createProviders(config, transport, log);
    opened.push(async () => {
      for (const provider of providers.values()) await provider.close();
    });
    const catalogue = createCatalogue(config.blueprints);
    for (const problem of await catalogue.problems()) say(problem);
    const { host } = config.http;
    const port = config.http.port || (await freePort(host));
    const publicUrl = publicUrlOf(config.http, port);
    const services: Services = {
      database,
      catalogue,
      providers,
      engine: createEngine({ database, catalogue, providers }),
      links: createLinks(publicUrl),
    };
    const page = await openPage({ ...services, ...options, host, port, listener, publicUrl });
    opened.push(() => page.close());
    say(`page: ${publicUrl}`);

    await preparePools(providers, database, say);

    const worker = startWorker({
      name: `${hostname()}/${process.pid}`,
      database,
      listener,
      log,
      queue: createNotifyQueue(database, listener),
      transport,
      provider: (pool) => found(providers.get(pool), pool),
      heavySlots: (pool) => config.pools.find((one) => one.pool === pool)?.heavySlots ?? 1,
      holdSeconds: HOLD_SECONDS,
      sweepSeconds: SWEEP_SECONDS,
    });
    opened.push(() => worker.stop());

    const names = createKnownNames(services);
    await names.read();
    const adapters = createAdapters(config, options.terminal, names, options.log);
    const notifier = startNotifier({
      database,
      listener,
      log,
      links: services.links,
      canEdit: (name) => adapters.find((adapter) => adapter.name === name)?.features.edit ?? null,
    });
    opened.push(() => notifier.stop());
    const receive = createReceive({ ...services, names, admins: adminsOf(config), log });
    for (const adapter of adapters) {
      const isTerminal = options.terminal !== null && adapter === adapters.at(-1);
      // Its prompt comes after all that the start says.
      if (isTerminal) say('ready; type help');
      const sender = await openChat(adapter, receive);
      opened.push(async () => {
        // A message may be waiting for a service that is away: it is the adapter's end that ends the wait.
        const sent = sender.stop();
        await adapter.stop();
        await sent;
      });
      if (!isTerminal) say(`chat: ${adapter.name}`);
    }
    if (options.terminal === null) say(adapters.length > 0 ? 'ready' : 'ready, but no chat is configured');
    return { url: publicUrl, died: store.died, stop };

    async function openChat(adapter: Adapter, take: typeof receive): Promise<Sender> {
      await answerCutOff(services, adapter.name);
      await adapter
        .start((message) => void take(message))
        .catch((error: Error) => {
          // An adapter goes on trying by itself; it rejects only for what the configuration must mend.
          throw new StartError(error.message);
        });
      return startSender({ database, listener, adapter, log });
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

function found<T>(value: T | undefined, pool: string): T {
  if (value === undefined) throw new Error(`pool ${pool} is not in the configuration any more`);
  return value;
}

/** Account names on IRC are the same however they are capitalised; adapters give them in small letters. */
function adminsOf({ admins }: Config): Set<string> {
  return new Set(admins.map((identity) => (identity.startsWith('irc:') ? identity.toLowerCase() : identity)));
}
