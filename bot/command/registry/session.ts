import { ROLES } from '../../../sessions/roles.ts';
import type { SessionCommand } from '../session/commands.ts';
import { readClaim, readExtend, readHandoff, readQueue } from '../session/leases.ts';
import {
  LANES,
  readGrant,
  readJoin,
  readLink,
  readRevoke,
  readSession,
  readUnlink,
  SESSION_ACTS,
} from '../session/people.ts';
import type { Wrong } from '../session/words.ts';
import { type ArgumentSpec, type CommandSpec, commandSpec } from '../spec.ts';
import { environment } from './arguments.ts';

/** A reader of what stands after the verb, as the parser calls it. */
function reads(reader: (text: string) => SessionCommand | Wrong): CommandSpec['reads'] {
  return (text) => {
    const read = reader(text);
    return 'ok' in read ? read : { ok: true, act: read };
  };
}

const words = (name: string, written: string, summary: string): ArgumentSpec => ({
  name,
  kind: 'text',
  written,
  summary,
});
const forHow: ArgumentSpec = { ...words('for', '2h', 'for how long'), after: 'for' };
const because: ArgumentSpec = { ...words('because', '…', 'why, in your own words'), after: 'because' };
const person = {
  ...words('person', '<person>', 'an account, or a name that only one has'),
  required: true,
} as const;
const oneOf = (name: string, choices: readonly string[], summary: string): ArgumentSpec => ({
  name,
  kind: 'word',
  written: `<${choices.join('|')}>`,
  summary,
  choices,
});
const id: ArgumentSpec = { name: 'id', kind: 'count', written: '<id>', summary: 'its number' };

/** Who has an environment, and who agrees to what. */
export const LEASES: readonly CommandSpec[] = [
  commandSpec({
    verb: 'claim',
    group: 'share',
    summary: 'hold an environment, so that only you change it',
    details:
      'For an hour, or as long as you say; everybody else may look, verify and compare. While nobody waits, any work on it keeps it for you. When it is held, you are told by whom, why and until when: `queue` waits for it. `takeover`, for operators and with a reason, takes it from whoever has it.',
    usage: 'claim <env> [for 2h] [takeover] [because …]',
    arguments: [environment, forHow, oneOf('takeover', ['takeover'], 'from whoever has it'), because],
    reads: reads(readClaim),
    examples: [
      { line: 'claim ex for 2h because trying neutron', does: 'yours for two hours' },
      { line: 'claim ex takeover because its holder went home', does: 'an operator takes it' },
    ],
    role: 'participant',
    also: ['lock', 'lease', 'reserve', 'take', 'book'],
  }),
  commandSpec({
    verb: 'queue',
    group: 'share',
    summary: 'wait for an environment, or see who waits',
    details:
      'First come, first served. When it is free, it is your turn: claim it, or just work on it, within a few minutes, else it goes to the next. `leave` gives your place up.',
    usage: 'queue <env> [for 2h] [because …] [leave]',
    arguments: [environment, forHow, oneOf('leave', ['leave'], 'give your place up'), because],
    reads: reads(readQueue),
    examples: [
      { line: 'queue ex', does: 'wait for it' },
      { line: 'queue ex leave', does: 'wait no more' },
    ],
    role: 'participant',
    also: ['wait', 'waiting', 'enqueue', 'line'],
  }),
  commandSpec({
    verb: 'extend',
    group: 'share',
    summary: 'hold an environment longer',
    details:
      'By an hour, or as long as you say. While others wait, nobody gets more than the usual time in all: then it is shortened or refused.',
    usage: 'extend [env] [for 1h]',
    arguments: [
      { name: 'environment', kind: 'environment', written: '<env>', summary: 'if you hold more than one' },
      forHow,
    ],
    reads: reads(readExtend),
    examples: [{ line: 'extend ex for 30m', does: 'half an hour more' }],
    role: 'participant',
    also: ['prolong', 'longer', 'renew'],
  }),
  commandSpec({
    verb: 'release',
    group: 'share',
    summary: 'hold an environment no more',
    details: 'Whoever waits longest gets the turn, and is told.',
    arguments: [
      { name: 'environment', kind: 'environment', written: '<env>', summary: 'if you hold more than one' },
    ],
    examples: [{ line: 'release ex', does: 'free for the next' }],
    role: 'participant',
    also: ['unlock', 'free', 'unclaim'],
  }),
  commandSpec({
    verb: 'handoff',
    group: 'share',
    summary: 'offer what you hold to somebody, or ask for it',
    details:
      'The other takes it by `claim` within a few minutes; until then it is yours. Who does not hold it asks the holder: `handoff ex me`.',
    arguments: [environment, person],
    reads: reads(readHandoff),
    examples: [
      { line: 'handoff ex bob', does: 'bob may claim it now' },
      { line: 'handoff ex me', does: 'ask whoever holds it' },
    ],
    role: 'participant',
    also: ['handover', 'give', 'pass'],
  }),
  commandSpec({
    verb: 'approve',
    group: 'share',
    summary: 'agree to something destructive, or see what waits',
    details:
      'Persons count, not accounts, and never the one who asked. When enough agree it begins at once, if what would happen is still what was shown; otherwise it has to be asked for again.',
    arguments: [id],
    examples: [
      { line: 'approve 3', does: 'you agree' },
      { line: 'approve', does: 'what waits for approval' },
    ],
    role: 'participant',
    also: ['agree', 'accept', 'lgtm', 'approvals'],
  }),
  commandSpec({
    verb: 'reject',
    group: 'share',
    summary: 'refuse something destructive, or take it back',
    details: 'One person who could approve it is enough. Who asked for it takes it back this way.',
    arguments: [id],
    examples: [{ line: 'reject 3', does: 'it will not happen' }],
    role: 'participant',
    also: ['refuse', 'deny', 'veto', 'withdraw'],
  }),
];

/** Sessions and people. */
export const SESSION: readonly CommandSpec[] = [
  commandSpec({
    verb: 'session',
    group: 'people',
    summary: 'show, start, link or end a deploy day',
    details:
      'Starting one links this channel to it and makes you its admin. `session link <name>`, said in another channel of any service, makes that channel part of it: for `operations`, where everything is told, or for `help`, where only questions asked there are answered.',
    usage: 'session [start <name> | link <name> [help|operations] | unlink | end]',
    arguments: [
      oneOf('action', SESSION_ACTS, 'what to do; nothing shows it'),
      words('name', '<name>', 'its name, for start and link'),
      oneOf('lane', LANES, 'what the channel is for, for link'),
    ],
    reads: reads(readSession),
    examples: [
      { line: 'session start essex-day', does: 'it begins here' },
      { line: 'session link essex-day help', does: 'this channel is for questions' },
      { line: 'session', does: 'what goes on, and where' },
    ],
    role: 'observer',
    also: ['day', 'sessions'],
  }),
  commandSpec({
    verb: 'join',
    group: 'people',
    summary: 'take part in the session of this channel',
    details: 'Say where you belong and where you are, once. Whoever changes something takes part, too.',
    usage: 'join [org=…] [site=…]',
    arguments: [
      { ...words('org', 'org=…', 'your organisation'), key: true },
      { ...words('site', 'site=…', 'where you are'), key: true },
    ],
    reads: reads(readJoin),
    examples: [{ line: 'join org=Dell site=Boston', does: 'you are in' }],
    role: 'participant',
    also: ['participate', 'enter'],
  }),
  commandSpec({
    verb: 'leave',
    group: 'people',
    summary: 'take part no more; what you hold becomes free',
    details:
      'Releases what you hold, gives up your places in queues and takes back what you asked to approve.',
    examples: [{ line: 'leave', does: 'good night' }],
    role: 'participant',
    also: ['bye', 'goodbye', 'part', 'quit', 'exit'],
  }),
  commandSpec({
    verb: 'who',
    group: 'people',
    summary: 'show who takes part, where, and what each holds',
    details: 'By site and organisation.',
    examples: [{ line: 'who', does: 'everybody' }],
    role: 'observer',
    also: ['people', 'participants', 'names'],
  }),
  commandSpec({
    verb: 'link',
    group: 'people',
    summary: 'join your accounts on several services',
    details:
      'Alone it sends you a code that only you see; type it on the other service within ten minutes, once. Then both accounts are one person: one voice, one lease. Never give a code away, and type none that you did not ask for.',
    usage: 'link [code]',
    arguments: [words('code', '<code>', 'what the other service has shown you')],
    reads: reads(readLink),
    examples: [
      { line: 'link', does: 'a code for the other service' },
      { line: 'link K7QM2-XPA9T', does: 'this account is yours, too' },
    ],
    role: 'participant',
    also: ['connect', 'alias'],
  }),
  commandSpec({
    verb: 'unlink',
    group: 'people',
    summary: 'part one of your accounts from you',
    details:
      'Without a name: the account that you type it with. It is a person of its own again and holds nothing.',
    usage: 'unlink [account]',
    arguments: [words('account', '<account>', 'as whoami shows it')],
    reads: reads(readUnlink),
    examples: [{ line: 'unlink irc:lab/alice', does: 'that one is not you any more' }],
    role: 'participant',
    also: ['disconnect', 'unalias'],
  }),
  commandSpec({
    verb: 'grant',
    group: 'people',
    summary: 'give somebody a role in this session',
    details:
      'The person by account, or by a name that only one has. Roles: observer, participant, operator, admin.',
    usage: 'grant <person> <role>',
    arguments: [person, { ...oneOf('role', ROLES, 'what the person may be'), required: true }],
    reads: reads(readGrant),
    examples: [
      { line: 'grant bob operator', does: 'bob may approve and take over' },
      { line: 'grant irc:lab/bob observer', does: 'bob may only look' },
    ],
    role: 'admin',
    also: ['promote-person', 'op'],
  }),
  commandSpec({
    verb: 'revoke',
    group: 'people',
    summary: 'take a granted role back',
    details: 'The person then has the role that everybody has: participant.',
    usage: 'revoke <person> [role]',
    arguments: [person, oneOf('role', ROLES, 'the one to take back')],
    reads: reads(readRevoke),
    examples: [{ line: 'revoke bob operator', does: 'bob is a participant again' }],
    role: 'admin',
    also: ['deop', 'ungrant'],
  }),
  commandSpec({
    verb: 'notify',
    group: 'people',
    summary: 'set how much is told in this channel',
    details:
      'quiet: outcomes and what needs an answer. normal: also who has which environment. verbose: also what was begun. Without a word: how it is set.',
    arguments: [oneOf('verbosity', ['quiet', 'normal', 'verbose'], 'how much')],
    examples: [{ line: 'notify quiet', does: 'only what matters most' }],
    role: 'participant',
    also: ['quiet', 'verbose', 'mute', 'noise'],
  }),
];
