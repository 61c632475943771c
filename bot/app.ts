import { hostname } from 'node:os';
import { createCatalogue } from '../engine/catalogue.ts';
import { createEngine } from '../engine/engine.ts';
import { createSshTransport } from '../engine/transports/ssh.ts';
import { USUAL_POLICY } from '../sessions/policy.ts';
import { adminsOf } from './admins.ts';
import type { Config } from './config.ts';
import { publicUrlOf } from './config.ts';
import { createLinks } from './links.ts';
import type { Log, Terminal } from './parts/chats.ts';
import { openDoorbell } from './parts/doorbell.ts';
import { startDriving } from './parts/driving.ts';
import { createProviders, createProvidersElsewhere } from './parts/pools.ts';
import { createSlackDoor } from './parts/slack-door.ts';
import { openStore } from './parts/store.ts';

/** What a process does: everything, or only chat and page, or only the runs (docs/running-distributed.md). */
export type Role = 'everything' | 'bot' | 'worker';

export interface AppOptions {
  readonly config: Config;
  readonly packageRoot: string;
  readonly version: string;
  /** `everything` if absent. */
  readonly role?: Role;
  /** The terminal as a chat channel; null: there is none. */
  readonly terminal: Terminal | null;
  /** Lines for people while the process starts: what is being set up, what was found. */
  readonly say: (line: string) => void;
  readonly log: Log;
  /** What time it is to people: leases, approvals and codes end by it; the real one if absent. */
  readonly now?: () => Date;
}

export interface App {
  /** Where the page is; null: this process has none. */
  readonly url: string | null;
  /** Fulfilled with the reason when the process cannot go on. */
  readonly died: Promise<Error>;
  /** Ends cleanly: says goodbye, gives duties back and lets go of runs, leaves machines running. */
  stop(): Promise<void>;
}

/** The one place where the parts are joined; the process and the tests call it. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, role = 'everything' } = options;
  /** Beside a prompt, lines go where they do not break what is being typed. */
  let sayBesidePrompt: ((line: string) => void) | null = null;
  const say = (line: string) => (sayBesidePrompt ?? options.say)(line);
  const log = (line: string) => options.log.info(line);
  const { now = () => new Date() } = options;
  const name = `${hostname()}/${process.pid}`;
  /** What was opened, closed in the opposite order; also when opening the next part fails. */
  const opened: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of opened.splice(0).reverse()) await close();
  };

  try {
    const store = await openStore({ ...config, say, log });
    opened.push(() => store.close());
    const { database } = store;
    const rings = role !== 'worker';
    const queue = await openDoorbell({ ...store, redisUrl: config.redisUrl, rings, say, log });
    opened.push(() => queue.close());

    const transport = createSshTransport({ log });
    const create = role === 'bot' ? createProvidersElsewhere : createProviders;
    const providers = create({ config, database, transport, log });
    opened.push(async () => {
      for (const provider of providers.values()) await provider.close();
    });

    const slackDoor = createSlackDoor(config);
    async function openBot() {
      // What a worker does not need is not loaded there.
      const { freePort, openPage } = await import('./parts/page.ts');
      const { createPictures } = await import('./pictures.ts');
      const catalogue = createCatalogue(config.blueprints);
      for (const problem of await catalogue.problems()) say(problem);
      const { host, auditToken = null } = config.http;
      const port = config.http.port || (await freePort(host));
      const publicUrl = publicUrlOf(config.http, port);
      const engine = createEngine({ database, catalogue, providers });
      const services = {
        database,
        catalogue,
        providers,
        engine,
        links: createLinks(publicUrl),
        policy: config.policy ?? USUAL_POLICY,
        admins: adminsOf(config),
        now,
      };
      const pictures = createPictures(database);
      const { requests: slackRequests } = slackDoor;
      const where = { host, port, publicUrl, auditToken };
      const page = await openPage({ ...services, ...options, ...store, ...where, pictures, slackRequests });
      opened.push(() => page.close());
      say(`page: ${publicUrl}`);
      return { services, pictures, publicUrl };
    }

    const bot = role === 'worker' ? null : await openBot();
    let died = store.died;
    if (role !== 'bot') {
      const driving = await startDriving({
        ...options,
        ...store,
        providers,
        transport,
        queue,
        name,
        say,
        log,
      });
      opened.push(() => driving.stop());
      died = Promise.race([died, driving.died]);
    }
    if (bot) {
      // What is said at another process's terminal is not for this one.
      const terminalName = role === 'bot' ? `console:${name.replace('/', '-')}` : 'console';
      const { services, pictures } = bot;
      const { startTalking } = await import('./parts/talking.ts');
      const by = { terminalName, name, slackDoor };
      const talking = await startTalking({ ...options, ...store, ...services, ...by, pictures });
      sayBesidePrompt = talking.say;
      opened.push(async () => {
        sayBesidePrompt = null;
        await talking.stop();
      });
    } else say('ready');
    return { url: bot?.publicUrl ?? null, died, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
