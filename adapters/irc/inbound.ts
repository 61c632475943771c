import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from '../adapter.ts';
import { commandIn } from './addressing.ts';
import { type Batch, type Heard, isHistory } from './batches.ts';
import type { CatchUp, CatchUpOn, Missed } from './catch-up.ts';
import type { IrcConfig, Log } from './config.ts';
import type { Connection } from './connection.ts';
import type { Identify } from './identity.ts';
import { channelName } from './names.ts';

export interface InboundUses {
  /** The configured channel that stands behind a channel on the server; null: none. */
  readonly placeOf: (channel: string) => string | null;
  readonly identify: Identify;
  /** Somebody spoke to us in a channel. */
  readonly addressed: CatchUp['heard'];
  /** What was said while we were away and is played back. */
  readonly missed: CatchUpOn;
  readonly receive: (message: IncomingMessage) => void;
  readonly log: Log;
}

/**
 * Turns what is said to the bot into incoming messages. Everything else is passed over: other talk, notices and CTCP,
 * messages of bots and our own, what is said to a part of a channel only, channels that are not configured, and history but for
 * what was said to us while we were away.
 */
export function listen(connection: Connection, config: IrcConfig, uses: InboundUses): void {
  const { lower, isUs, clock } = connection;
  const adapter = `irc:${config.network}`;
  const madeUp = randomUUID();
  let count = 0;
  let passedOver = false;
  const inTurn = personsInTurn();
  const multiline = multilineReader();

  const verdictOn = (message: Heard): Missed =>
    isHistory(message.batch) ? uses.missed.judge(message) : 'act';

  /** One line as people see it; `part` counts the lines of one message. */
  const heard = (
    message: Heard,
    text: string,
    id: string | undefined,
    part: number,
    verdict: Missed,
  ): void => {
    const [target = ''] = message.params;
    const direct = isUs(target);
    const place = direct ? lower(message.nick) : uses.placeOf(target);
    const command = place && commandIn(text, { nick: connection.nick, direct, lower });
    if (!place || !command) return;
    const own = id === undefined || part === 0 ? id : `${id}-${part}`;
    if (verdict === 'admit') uses.missed.passedOver(message, own);
    if (verdict !== 'act') return;
    if (!direct) uses.addressed(place, part === 0 ? id : undefined);
    const account = uses.identify(message);
    inTurn(lower(message.nick), account, (name) =>
      uses.receive({
        adapter,
        id: own ?? `${madeUp}-${++count}`,
        channel: channelName(adapter, place),
        privately: channelName(adapter, lower(message.nick)),
        sender: {
          identity: name == null ? null : `${adapter}/${name}`,
          display: message.nick,
          ...(name === undefined ? { isUnsure: true as const } : {}),
        },
        ...(id === undefined ? {} : { replyTo: id }),
        ...(isHistory(message.batch) ? { late: true as const } : {}),
        text: command,
      }),
    );
  };

  const isOld = (message: Heard): boolean => {
    const { tags, batch } = message;
    if (isHistory(batch)) return verdictOn(message) === 'pass';
    // A batch that nobody opened may be history, too.
    if (tags.batch !== undefined && !batch) return true;
    if (!clock.isPast(tags.time ?? batch?.tags.time)) return false;
    if (!passedOver) uses.log.info(`${adapter}: passing over what was said before we connected`);
    passedOver = true;
    return true;
  };

  connection.onMessage((message) => {
    if (message.ends?.type === MULTILINE) {
      const lines = multiline.take(message.ends);
      const verdict = lines[0] ? verdictOn(lines[0].message) : 'pass';
      lines.forEach((line, part) => {
        heard(line.message, line.text, message.ends?.tags.msgid, part, verdict);
      });
    }
    if (message.command !== 'PRIVMSG' || isUs(message.nick) || isNobodys(message) || isOld(message)) return;
    if (message.batch?.type === MULTILINE) multiline.add(message.batch, message);
    else heard(message, message.params[1] ?? '', message.tags.msgid || undefined, 0, verdictOn(message));
  });
}

const MULTILINE = 'draft/multiline';

/** Of a server, of a bot that says so, or CTCP. */
function isNobodys({ nick, tags, batch, params }: Heard): boolean {
  const all = { ...batch?.tags, ...tags };
  return nick === '' || 'bot' in all || 'draft/bot' in all || (params[1] ?? '').startsWith('\x01');
}

interface Line {
  readonly message: Heard;
  text: string;
}

/** Collects a message of several lines until it is whole; each line then counts as if it had been said alone. */
function multilineReader() {
  const collected = new Map<Batch, Line[]>();
  return {
    add(batch: Batch, message: Heard): void {
      const lines = collected.get(batch) ?? [];
      collected.set(batch, lines);
      const text = message.params[1] ?? '';
      const last = lines.at(-1);
      if (last && 'draft/multiline-concat' in message.tags) last.text += text;
      else lines.push({ message, text });
    },
    take(batch: Batch): Line[] {
      const lines = collected.get(batch) ?? [];
      collected.delete(batch);
      return lines;
    },
  };
}

/** Hands over what each person says in the order of saying, while the server is asked who some of them are. */
function personsInTurn() {
  const waiting = new Map<string, Promise<void>>();
  return (
    nick: string,
    account: ReturnType<Identify>,
    act: (account: string | null | undefined) => void,
  ): void => {
    const earlier = waiting.get(nick);
    if (!earlier && !(account instanceof Promise)) {
      act(account);
      return;
    }
    const turn = (earlier ?? Promise.resolve()).then(async () => act(await account));
    waiting.set(nick, turn);
    turn.finally(() => {
      if (waiting.get(nick) === turn) waiting.delete(nick);
    });
  };
}
