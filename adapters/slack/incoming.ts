import type { IncomingMessage } from '../adapter.ts';
import type { Log } from './config.ts';
import type { People } from './people.ts';
import { inTurn } from './turns.ts';

/** Who we are, as Slack knows us. */
export interface Us {
  readonly team: string;
  readonly user: string;
  readonly bot: string;
}

/** Something that was said to us, in Slack's terms. */
export interface Said {
  /** The same when Slack delivers it again. */
  readonly id: string;
  /** Id of the channel. */
  readonly channel: string;
  /** Id of the user; Slack vouches for it. */
  readonly user: string;
  /** A name to go by until the real one is known. */
  readonly name?: string | undefined;
  readonly text: string;
  readonly replyTo?: string;
}

const MOST_REMEMBERED = 2_000;

/**
 * Hands over what was said: in the order of its arrival in each channel, though names have to be looked up, and once, though
 * Slack delivers again what it saw no acknowledgement for, and tells of one message as mention and as message.
 */
export function handOver(us: Us, people: People, receive: (message: IncomingMessage) => void, log: Log) {
  const adapter = `slack:${us.team}`;
  const heard = new Set<string>();
  const waiting = inTurn();

  function isNew(id: string): boolean {
    if (heard.has(id)) return false;
    heard.add(id);
    const oldest = heard.values().next().value;
    if (heard.size > MOST_REMEMBERED && oldest !== undefined) heard.delete(oldest);
    return true;
  }

  function hear({ id, channel, user, name, text, replyTo }: Said): void {
    if (!isNew(id)) return;
    const deliver = (display: string): void => {
      try {
        receive({
          adapter,
          id,
          channel: `${adapter}/${channel}`,
          // Slack takes a user for the direct messages with that user.
          privately: `${adapter}/${channel.startsWith('D') ? channel : user}`,
          sender: { identity: `${adapter}/${user}`, display },
          text,
          ...(replyTo === undefined ? {} : { replyTo }),
        });
      } catch (error) {
        // Not what was said: it may be private, or hold a secret.
        log.error(`${adapter}: could not act on message ${id} in ${channel}: ${error}`);
      }
    };
    const display = people.nameOf(user, name);
    if (typeof display === 'string' && !waiting.isBusy(channel)) deliver(display);
    else waiting(channel, async () => deliver(await display));
  }

  return Object.assign(hear, {
    /** Resolves when all that was said has been handed over. */
    idle: waiting.idle,
  });
}

export type HandOver = ReturnType<typeof handOver>;
