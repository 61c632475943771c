import type { SessionCommand } from './commands.ts';
import {
  durationOf,
  environmentOf,
  isWrong,
  reasonFault,
  splitReason,
  type Wrong,
  wordsOf,
  wrong,
} from './words.ts';

type Read<V extends SessionCommand['verb']> = Extract<SessionCommand, { verb: V }> | Wrong;

/** `ex for 2h because …` without the environment. */
interface Wish {
  readonly environment: string | null;
  readonly forMs: number | null;
  readonly reason: string | null;
  /** The words that belong to none of these. */
  readonly others: readonly string[];
}

function readWish(text: string, verb: string): Wish | Wrong {
  const { before, reason } = splitReason(text);
  const fault = reasonFault(reason);
  if (fault) return fault;
  const words = wordsOf(before);
  const at = words.findIndex((word, index) => index > 0 && word.toLowerCase() === 'for');
  const first = words[0]?.toLowerCase() === 'for' ? 0 : at;
  let forMs: number | null = null;
  if (first >= 0) {
    const read = durationOf(words[first + 1], verb);
    if (isWrong(read)) return read;
    forMs = read;
    words.splice(first, 2);
  }
  const [environment, ...others] = words;
  if (environment === undefined) return { environment: null, forMs, reason, others: [] };
  const name = environmentOf(environment, verb);
  if (isWrong(name)) return name;
  return { environment: name, forMs, reason, others };
}

/** What stands after `claim`. */
export function readClaim(text: string): Read<'claim'> {
  const wish = readWish(text, 'claim');
  if (isWrong(wish)) return wish;
  const { environment, forMs, reason, others } = wish;
  if (environment === null) return wrong('claim needs an environment');
  const takeover = others[0]?.toLowerCase() === 'takeover';
  const surplus = others[takeover ? 1 : 0];
  if (surplus !== undefined) return tooMany('claim', surplus, `${environment} because ${others.join(' ')}`);
  if (takeover && reason === null) {
    return wrong(
      'a takeover needs a reason, which the holder is told: claim … takeover because …',
      `${environment} takeover because it is needed now`,
    );
  }
  return { verb: 'claim', environment, forMs, reason, takeover };
}

/** What stands after `queue`. */
export function readQueue(text: string): Read<'queue'> {
  const wish = readWish(text, 'queue');
  if (isWrong(wish)) return wish;
  const { environment, forMs, reason, others } = wish;
  if (environment === null) return wrong('queue needs an environment');
  const leave = others[0]?.toLowerCase() === 'leave';
  const surplus = others[leave ? 1 : 0];
  if (surplus !== undefined) return tooMany('queue', surplus, environment);
  return { verb: 'queue', environment, leave, forMs, reason };
}

/** What stands after `extend`. */
export function readExtend(text: string): Read<'extend'> {
  const wish = readWish(text, 'extend');
  if (isWrong(wish)) return wish;
  const { environment, forMs, others } = wish;
  if (others[0] !== undefined) {
    return tooMany('extend', others[0], ...(environment === null ? [] : [`${environment} for ${others[0]}`]));
  }
  return { verb: 'extend', environment, forMs };
}

/** What stands after `handoff`. */
export function readHandoff(text: string): Read<'handoff'> {
  const words = wordsOf(text);
  const environment = environmentOf(words[0], 'handoff');
  if (isWrong(environment)) return environment;
  const person = words
    .slice(words[1]?.toLowerCase() === 'to' ? 2 : 1)
    .join(' ')
    .trim();
  if (person === '') return wrong('handoff needs a person: handoff ex bob', `${environment} me`);
  return { verb: 'handoff', environment, person };
}

function tooMany(verb: string, word: string, ...repairs: string[]): Wrong {
  return wrong(`"${word.slice(0, 40)}" is one word too many for ${verb}`, ...repairs);
}
