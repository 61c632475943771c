import { setTimeout as pause } from 'node:timers/promises';
import type { Adapter } from '../adapters/adapter.ts';
import type { ConnectedChat } from './boards.ts';
import type { HeldDuty } from './duty/held.ts';
import type { DutyWork } from './duty/stand.ts';
import type { Links } from './links.ts';
import type { Store } from './parts/store.ts';
import { answerCutOff, type Receive } from './receive.ts';
import { type Sender, startSender } from './sender.ts';
import type { Unsaid } from './unsaid.ts';

export interface ConversationOptions extends Pick<Store, 'database' | 'listener'> {
  readonly receive: Receive;
  readonly links: Links;
  readonly unsaid: Unsaid;
  /** Those that go on; this one is among them from its beginning to its end. */
  readonly going: Set<ConnectedChat>;
  readonly log: (line: string) => void;
}

/** Two of them end well before whoever ends us loses patience. */
const FINISH_WITHIN_MS = 3_000;

/**
 * Talks to one chat service by its adapter, in both directions, as long as the duty is this process's; null: the service is
 * there for this process alone, as its terminal is.
 */
export function startConversation(
  adapter: Adapter,
  duty: HeldDuty | null,
  options: ConversationOptions,
): DutyWork {
  const { receive, going, log } = options;
  /** What was taken in and is not answered yet. */
  const working = new Set<Promise<void>>();
  let sender: Sender | null = null;
  let stopping = false;
  const chat: ConnectedChat = {
    get name() {
      return adapter.name;
    },
    features: adapter.features,
    duty,
  };

  async function begin(): Promise<void> {
    await answerCutOff(options, adapter.name, duty);
    if (stopping) return;
    if (duty) receive.begin(duty);
    await adapter.start((message) => {
      const work = receive(message, duty).finally(() => working.delete(work));
      working.add(work);
    });
    if (stopping) return;
    going.add(chat);
    sender = startSender({ ...options, adapter, duty, settled: options.unsaid.settled, log });
  }

  /** Lets what is being worked on come to its end, for a while; what does not is answered by who comes next. */
  async function finish(): Promise<void> {
    // Who has lost the duty may write nothing down any more.
    if (duty && !duty.isSure()) return;
    const late = new AbortController();
    const patience = pause(FINISH_WITHIN_MS, undefined, { signal: late.signal }).catch(() => {});
    await Promise.race([Promise.allSettled(working), patience]);
    late.abort();
  }

  const begun = begin();
  return {
    begun,
    async stop() {
      stopping = true;
      going.delete(chat);
      await finish();
      // A message may be waiting for a service that is away: it is the adapter's end that ends the wait.
      const sent = sender?.stop();
      await adapter.stop();
      await sent;
      // Of what was heard meanwhile.
      await finish();
      await begun.catch(() => {});
    },
  };
}
