import { type Heard, isHistory, labelOf } from './batches.ts';

/** What the server said of a line of ours. */
export interface Receipt {
  /** Which line, where the server repeats our labels. */
  readonly label: string | undefined;
  /** Where it went; undefined where the answer does not say. */
  readonly target: string | undefined;
  readonly verdict:
    | { readonly is: 'taken'; readonly id: string | undefined }
    /** `isNobody`: there is nobody of that name. */
    | { readonly is: 'refused'; readonly reason: string; readonly isNobody?: boolean }
    /** The server cannot take lines of several lines like this one. */
    | { readonly is: 'too long' }
    /** Too fast. `wait`: milliseconds, where it says how long. */
    | { readonly is: 'later'; readonly wait: number | undefined };
}

const NO_SUCH_NICK = '401';
/** Numerics that refuse a PRIVMSG; all name the target in their second parameter. */
const REFUSALS = new Set([
  NO_SUCH_NICK,
  '403',
  '404',
  '407',
  '408',
  '413',
  '414',
  '442',
  '477',
  '486',
  '489',
  '492',
  '494',
  '531',
  '716',
]);
/** Too fast: `439 <target>`, `707 <target>`. */
const TOO_FAST = new Set(['439', '707']);
const TRY_AGAIN = '263';
const AWAY = '301';
const MULTILINE = 'draft/multiline';

/** Reads a message of the server as an answer to something that we said; null when it is none. */
export function receiptIn(message: Heard, isUs: (nick: string) => boolean): Receipt | null {
  const { command, params, nick, tags, batch, opens } = message;
  if (isHistory(batch)) return null;
  const label = labelOf(message);
  const [, second] = params;
  const reason = params.at(-1) ?? command;

  if (command === 'PRIVMSG' && isUs(nick)) {
    if (batch?.type === MULTILINE) return null; // the line that opened the batch stands for all
    return { label, target: params[0], verdict: { is: 'taken', id: tags.msgid } };
  }
  if (opens?.type === MULTILINE && isUs(nick)) {
    return { label, target: opens.params[0], verdict: { is: 'taken', id: tags.msgid } };
  }
  if (TOO_FAST.has(command)) return { label, target: second, verdict: { is: 'later', wait: waitIn(reason) } };
  if (command === TRY_AGAIN && (label !== undefined || second === 'PRIVMSG')) {
    return { label, target: undefined, verdict: { is: 'later', wait: waitIn(reason) } };
  }
  if (command === 'FAIL' && params[0] === 'BATCH')
    return { label, target: undefined, verdict: { is: 'too long' } };
  const isNobody = command === NO_SUCH_NICK;
  if (REFUSALS.has(command)) return { label, target: second, verdict: { is: 'refused', reason, isNobody } };
  if (label === undefined) return null;
  // Taken, and there is nothing to show of it; or somebody is away, which is told to whoever reached him.
  if (command === 'ACK' || command === AWAY)
    return { label, target: undefined, verdict: { is: 'taken', id: undefined } };
  if (command === 'BATCH' || command === 'NOTE' || command === 'WARN') return null;
  // Anything else stands in the place of our line: an error that we do not know, a kick.
  return { label, target: undefined, verdict: { is: 'refused', reason, isNobody } };
}

/** `Please wait 20 seconds`, in milliseconds. */
function waitIn(text: string): number | undefined {
  const seconds = /\b(\d{1,4})\s*s(?:ec|\b)/i.exec(text)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}
