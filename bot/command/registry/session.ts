import { ROLES } from '../../../sessions/roles.ts';
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
import { type CommandSpec, commandSpec } from '../spec.ts';
import { oneOf, person, reads, words } from './spoken.ts';

/** Sessions and people. */
export const SESSION: readonly CommandSpec[] = [
  commandSpec({
    verb: 'session',
    group: 'people',
    summary: 'show, start, link or end a deploy day',
    details:
      'Starting one links this channel to it and makes you its admin; whom only another session made an operator stays one. `session link <name>`, said in another channel of any service, makes that channel part of it: for `operations`, where it is told what becomes of the environments, as much as `notify` says, or for `help`, where what is asked there is answered and nothing else is told but announcements, votes and the end. `session board` puts up one message with environments, holders, queues, runs, approvals and votes, which changes in place where the service lets messages be changed; said again, it is put below.',
    usage: 'session [start <name> | link <name> [help|operations] | board | unlink | end]',
    arguments: [
      oneOf('action', SESSION_ACTS, 'what to do; nothing shows it'),
      words('name', '<name>', 'its name, for start and link'),
      oneOf('lane', LANES, 'what the channel is for, for link'),
    ],
    reads: reads(readSession),
    examples: [
      { line: 'session start essex-day', does: 'it begins here' },
      { line: 'session link essex-day help', does: 'this channel is for questions' },
      { line: 'session board', does: 'how all stands, in one message' },
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
    role: 'observer',
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
      'quiet: how provisions, resets and destroys end, drift, and what needs an answer. normal: also verifies and snapshots, and who has which environment. verbose: also what is begun, looked at and typed, who waits, who comes and goes. What was asked for in a channel is told there in any case. Channels for help are told none of this. Without a word: how it is set.',
    arguments: [oneOf('verbosity', ['quiet', 'normal', 'verbose'], 'how much')],
    examples: [{ line: 'notify quiet', does: 'only what matters most' }],
    role: 'participant',
    also: ['quiet', 'verbose', 'mute', 'noise'],
  }),
];
