import { type Batch, type Heard, isHistory } from './batches.ts';
import { moment } from './clock.ts';
import type { Connection } from './connection.ts';
import type { Target } from './names.ts';
import type { PostLine } from './post.ts';

/** The tag that names the message a line of ours belongs to. */
export const POST_TAG = '+deployday/post';

interface OwnLine {
  readonly text: string;
  readonly key: string | undefined;
  /** The server's clock, milliseconds. */
  readonly at: number | undefined;
}

/** What a channel's history was asked for. */
export interface Look {
  /** So many lines; undefined where the server can be asked for none. */
  readonly asked: number | undefined;
}

const MOST_LINES = 50;
/** A key counts so long: whoever died between saying and recording comes back soon, and numbers may begin anew one day. Milliseconds. */
const RECENT = 15 * 60_000;
/** Some servers keep times to the second. Milliseconds. */
const ROUNDED = 1_000;

/**
 * What a channel's history shows of us. A line that went out just before the connection (or the process) ended may or may not have
 * arrived; where the server keeps history (`draft/chathistory`, or a playback on joining) it need not be said twice.
 */
export function ownHistory(connection: Connection) {
  const { client, lower, has } = connection;
  const lines = new Map<Target, OwnLine[]>();
  const looked = new Set<Target>();
  let ourMask: string | undefined;

  // Whoever writes under our nick with our tag must not be able to make us believe that we have spoken.
  const isOurs = ({ prefix, tags, batch }: Heard): boolean => {
    const account = tags.account ?? batch?.tags.account;
    const { login } = connection;
    return account !== undefined && login.account !== undefined
      ? lower(account) === lower(login.account)
      : prefix === ourMask;
  };
  const note = (channel: Target, message: Heard, within: Batch | undefined): void => {
    const tags = { ...within?.tags, ...message.tags };
    const own = { text: message.params[1] ?? '', key: tags[POST_TAG], at: moment(tags.time) };
    lines.set(channel, [...(lines.get(channel) ?? []), own]);
  };

  connection.onMessage((message) => {
    const { command, params, prefix, nick, batch } = message;
    if (command === 'JOIN' && connection.isUs(nick)) ourMask = prefix;
    if (command === 'PRIVMSG' && isHistory(batch) && isOurs(message))
      note(lower(params[0] ?? ''), message, batch);
  });

  return {
    /**
     * Asks what was said in the channel that we have just joined; resolves when that is known, as far as it can be; to null when the connection ended
     * before the server had shown it all.
     */
    async look(channel: Target): Promise<Look | null> {
      let asked: number | undefined;
      if (has('draft/chathistory') && has('batch')) {
        const limit = client.network.supports('CHATHISTORY');
        const most = (typeof limit === 'string' && Number(limit)) || MOST_LINES; // 0 is "as many as you like"
        asked = Math.min(most, MOST_LINES);
        connection.write(`CHATHISTORY LATEST ${channel} * ${asked}`);
      }
      if (has('batch') && !(await connection.roundTrip())) return null;
      looked.add(channel);
      return { asked };
    },
    forget(channel: Target): void {
      looked.delete(channel);
      lines.delete(channel);
    },
    isKnown: (channel: Target) => looked.has(channel),
    /** True when the line got through at an earlier attempt. One line of history stands for one line only. */
    wasPosted(channel: Target, key: string | undefined, line: PostLine): boolean {
      const known = lines.get(channel) ?? [];
      const { clock } = connection;
      const wentOut = line.wentOut === undefined ? undefined : clock.atServer(line.wentOut) - ROUNDED;
      const recent = clock.atServer(Date.now()) - RECENT;
      const found = known.find(({ text, at, key: its }) => {
        if (text !== line.text || at === undefined) return false;
        return (key !== undefined && its === key && at >= recent) || (wentOut !== undefined && at >= wentOut);
      });
      if (found) {
        lines.set(
          channel,
          known.filter((own) => own !== found),
        );
      }
      return found !== undefined;
    },
  };
}
