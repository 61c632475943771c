import { readClaim, readExtend, readHandoff, readQueue } from '../session/leases.ts';
import { type ArgumentSpec, type CommandSpec, commandSpec } from '../spec.ts';
import { environment } from './arguments.ts';
import { oneOf, person, reads, words } from './spoken.ts';

const forHow: ArgumentSpec = { ...words('for', '2h', 'for how long'), after: 'for' };
const because: ArgumentSpec = { ...words('because', '…', 'why, in your own words'), after: 'because' };
const id: ArgumentSpec = {
  name: 'id',
  kind: 'count',
  written: '<id>',
  most: 999_999_999,
  summary: 'its number',
};

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
    keeps: true,
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
    keeps: true,
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
    keeps: true,
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
    role: 'observer',
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
