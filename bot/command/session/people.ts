import { looksLikeCode } from '../../../sessions/link-code.ts';
import { ROLES, type Role } from '../../../sessions/roles.ts';
import { nameFault, show } from '../names.ts';
import { nearest } from '../nearest.ts';
import type { SessionAct, SessionCommand } from './commands.ts';
import { type Wrong, wordsOf, wrong } from './words.ts';

type Read<V extends SessionCommand['verb']> = Extract<SessionCommand, { verb: V }> | Wrong;

export const SESSION_ACTS = ['start', 'link', 'board', 'unlink', 'end'] as const;
export const LANES = ['operations', 'help'] as const;

/** What stands after `session`. */
export function readSession(text: string): Read<'session'> {
  const [first, ...words] = wordsOf(text);
  const act = (given: SessionAct) => ({ verb: 'session', act: given }) as const;
  const word = first?.toLowerCase();
  switch (word) {
    case undefined:
    case 'show':
      return act({ do: 'show' });
    case 'start':
    case 'link':
      return readNamed(word, words);
    case 'board':
    case 'end':
    case 'unlink':
      if (words[0] !== undefined) {
        return wrong(
          `session ${word} is about the session of this channel; ${show(words[0])} is too much`,
          word,
        );
      }
      return act({ do: word });
    default: {
      const meant = nearest(word, SESSION_ACTS);
      const message = `session has no ${show(word)}: it has ${SESSION_ACTS.join(', ')}`;
      return wrong(message, ...(meant === null ? [] : [[meant, ...words].join(' ')]), `start ${word}`);
    }
  }
}

function readNamed(word: 'start' | 'link', words: readonly string[]): Read<'session'> {
  const [name, lane, ...more] = words;
  if (name === undefined) return wrong(`session ${word} needs a name`, `${word} deploy-day`);
  if (word === 'start' && lane !== undefined) {
    const joined = words.join('-');
    const repair = nameFault('session', joined)?.instead ?? joined;
    return wrong(`a session's name is one word; ${show(lane)} is too much`, `start ${repair}`);
  }
  const fault = nameFault('session', name);
  if (fault !== null) {
    return wrong(fault.message, ...(fault.instead === null ? [] : [`${word} ${fault.instead}`]));
  }
  if (word === 'start') return { verb: 'session', act: { do: 'start', name } };
  const wanted = LANES.find((each) => each === (lane ?? 'operations').toLowerCase());
  if (wanted === undefined) {
    return wrong(
      `a channel is linked for ${LANES.join(' or ')}, not for ${show(lane ?? '')}`,
      `link ${name}`,
    );
  }
  if (more[0] !== undefined) {
    return wrong(`${show(more[0])} is one word too many for session link`, `link ${name} ${wanted}`);
  }
  return { verb: 'session', act: { do: 'link', name, lane: wanted } };
}

const LONGEST = 60;

/** What stands after `join`: `org=… site=…`, values up to the next key, quoted or not. */
export function readJoin(text: string): Read<'join'> {
  const given = new Map<string, string>();
  const keys = [...text.matchAll(/(?:^|\s)(\p{L}+)=/gu)];
  const before = text.slice(0, keys[0]?.index ?? text.length).trim();
  if (before !== '') {
    return wrong(`join takes org= and site=, not ${show(before)}`, `org=${before}`);
  }
  for (const [at, key] of keys.entries()) {
    const name = KEYS.get((key[1] ?? '').toLowerCase());
    if (name === undefined) return wrong(`join has no ${show(`${key[1]}=`)}; it has org= and site=`);
    const value = text.slice((key.index ?? 0) + key[0].length, keys[at + 1]?.index ?? text.length);
    const line = value
      .replaceAll(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
      .trim()
      .replace(/^"(.*)"$|^'(.*)'$/, '$1$2');
    if (line === '') return wrong(`${name}= must not be empty`);
    if ([...line].length > LONGEST) return wrong(`${name}= has at most ${LONGEST} characters`);
    given.set(name, line);
  }
  return { verb: 'join', organisation: given.get('org') ?? null, site: given.get('site') ?? null };
}

const KEYS = new Map([
  ['org', 'org'],
  ['organisation', 'org'],
  ['organization', 'org'],
  ['company', 'org'],
  ['site', 'site'],
  ['location', 'site'],
]);

/** What stands after `link`. */
export function readLink(text: string): Read<'link'> {
  const code = text.trim();
  if (code === '') return { verb: 'link', code: null };
  if (looksLikeCode(code)) return { verb: 'link', code };
  return wrong('that is not a code: type link alone on the other service, and it shows one', '');
}

/** What stands after `unlink`. */
export function readUnlink(text: string): Read<'unlink'> {
  const identity = text.trim();
  if (identity === '') return { verb: 'unlink', identity: null };
  if (/^[a-z]+:\S+$/.test(identity)) return { verb: 'unlink', identity };
  return wrong('unlink takes an account as whoami shows it, such as irc:lab/alice', '');
}

/** What stands after `grant`. */
export function readGrant(text: string): Read<'grant'> {
  const words = wordsOf(text);
  const last = words.at(-1)?.toLowerCase() ?? '';
  const role = ROLES.find((each) => each === last);
  const person = words
    .slice(0, -1)
    .join(' ')
    .replace(/\s+to$/i, '');
  if (words.length < 2) return wrong('grant needs a person and a role: grant bob operator');
  if (role === undefined) {
    const meant = nearest(last, ROLES);
    const message = `${show(words.at(-1) ?? '')} is not a role: there are ${ROLES.join(', ')}`;
    return wrong(message, ...(meant === null ? [] : [`${person} ${meant}`]));
  }
  return { verb: 'grant', person, role };
}

/** What stands after `revoke`. */
export function readRevoke(text: string): Read<'revoke'> {
  const words = wordsOf(text);
  const role: Role | undefined = ROLES.find((each) => each === words.at(-1)?.toLowerCase());
  const person = words.slice(0, role === undefined || words.length < 2 ? undefined : -1).join(' ');
  if (person === '') return wrong('revoke needs a person: revoke bob operator');
  return { verb: 'revoke', person };
}
