import type { Adapter } from '../../adapters/adapter.ts';
import { consoleChannel } from '../../adapters/console/adapter.ts';
import { takeDuty } from '../../db/duties.ts';
import type { Gallery } from '../../pictures/gallery.ts';
import { type ConnectedChat, followBoards } from '../boards.ts';
import type { Config } from '../config.ts';
import { startConversation } from '../conversation.ts';
import { startDue } from '../due.ts';
import { DUTY_SECONDS, type HeldDuty } from '../duty/held.ts';
import { type DutyWork, type Standing, standFor } from '../duty/stand.ts';
import { createGuide } from '../guide.ts';
import type { Services } from '../handlers/handler.ts';
import { createKnownNames } from '../known-names.ts';
import { startNotifier } from '../notifier.ts';
import { createReceive } from '../receive.ts';
import { startScheduler } from '../scheduler.ts';
import { followSessionBoards } from '../session-boards.ts';
import { StartError } from '../start-error.ts';
import { startSweep } from '../sweep.ts';
import { createUnsaid } from '../unsaid.ts';
import { chatsOf, createTerminal, type Log, type Terminal } from './chats.ts';
import type { SlackDoor } from './slack-door.ts';
import type { Store } from './store.ts';

/** Three answers at a time: a service that takes one a second leaves room for others between them. */
const UNSAID = { most: 3, patience: 10_000 };

export interface TalkingOptions extends Services, Pick<Store, 'database' | 'listener'> {
  readonly config: Config;
  readonly pictures: Gallery;
  readonly slackDoor: SlackDoor;
  readonly terminal: Terminal | null;
  /** The adapter of the terminal: `console`, or one of its own where several processes have a terminal each. */
  readonly terminalName: string;
  /** This process: host and pid. */
  readonly name: string;
  readonly say: (line: string) => void;
  readonly log: Log;
}

export interface Talking {
  /** A line at this process's own terminal, above what is being typed there; null: it has none with a prompt. */
  readonly say: ((line: string) => void) | null;
  stop(): Promise<void>;
}

/** Talks to people: by every chat service whose duty this process has, and by its terminal. */
export async function startTalking(options: TalkingOptions): Promise<Talking> {
  const { config, database, listener, links, policy, now, say } = options;
  const log = (line: string) => options.log.info(line);
  const names = createKnownNames(options);
  await names.read();
  const unsaid = createUnsaid(UNSAID);
  const receive = createReceive({ ...options, names, unsaid, log });
  const going = new Set<ConnectedChat>();
  const conversation = { database, listener, receive, links, unsaid, going, log };
  const boards = followBoards({ database, listener, links, chats: () => going, log });
  const sessionBoards = followSessionBoards({ ...options, chats: () => going, log });
  const standings: Standing[] = [];
  let terminal: DutyWork | null = null;
  let sayThere: Talking['say'] = null;

  async function stand(name: string, begin: (duty: HeldDuty) => DutyWork): Promise<Standing['first']> {
    const take = () => takeDuty(database.db, name, options.name, DUTY_SECONDS);
    const standing = await standFor({ name, database, listener, log, take, begin });
    standings.push(standing);
    return standing.first;
  }

  function tell(adapter: Adapter, line: string): void {
    adapter.send(consoleChannel(adapter.name), { text: line }).catch(() => say(line));
  }

  async function stop(): Promise<void> {
    await terminal?.stop();
    await Promise.all(standings.map((standing) => standing.stop()));
    await Promise.all([boards.stop(), sessionBoards.stop()]);
  }

  try {
    await stand('notifier', (duty) => {
      const notifier = startNotifier({ database, listener, links, now, duty, log });
      const due = startDue({ database, listener, policy, now, duty, log });
      const sweep = startSweep({ database, keep: config.keep, log });
      const stop = async () => void (await Promise.all([notifier.stop(), due.stop(), sweep.stop()]));
      return { begun: Promise.resolve(), stop };
    });
    await stand('scheduler', (duty) => {
      const scheduler = startScheduler({ ...options, duty, log });
      return { begun: Promise.resolve(), stop: scheduler.stop };
    });
    const guide = createGuide(options, options.pictures);
    const chats = await chatsOf(config, options.log, guide, options.slackDoor);
    for (const { key, create } of chats) {
      const first = await stand(`chat:${key}`, (duty) =>
        startConversation(create(), duty, conversation),
      ).catch((error: Error) => {
        // An adapter goes on trying by itself; it rejects only for what the configuration must mend.
        throw new StartError(error.message);
      });
      say(`chat: ${key}${first === 'taken' ? '' : ` is held by ${first.heldBy}; standing by`}`);
    }
    if (options.terminal) {
      // Its prompt comes after all that the start says.
      say('ready; type help');
      const adapter = createTerminal(options.terminal, options.terminalName, names);
      terminal = startConversation(adapter, null, conversation);
      await terminal.begun;
      if (adapter.features.edit) sayThere = (line) => tell(adapter, line);
    } else say(chats.length > 0 ? 'ready' : 'ready, but no chat is configured');
    return { say: sayThere, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
