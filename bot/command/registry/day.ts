import type { Command } from '../command.ts';
import type { DayCommand } from '../day/acts.ts';
import { AGENDA_ACTS, readAgenda } from '../day/agenda.ts';
import { readAudit } from '../day/audit.ts';
import { readAnnouncement, readNote, readPin, readTodo, TODO_ACTS } from '../day/minutes.ts';
import { readVote } from '../day/vote.ts';
import type { Told } from '../reads.ts';
import { type ArgumentSpec, type CommandSpec, commandSpec } from '../spec.ts';
import { TIMELINE_LINES } from '../tail-lines.ts';

const number: ArgumentSpec = {
  name: 'number',
  kind: 'count',
  written: 'N',
  summary: 'the number of an item',
};
const text = (name: string, summary: string): ArgumentSpec => ({
  name,
  kind: 'text',
  written: `<${name}>`,
  summary,
});
const action = (choices: readonly string[]): ArgumentSpec => ({
  name: 'action',
  kind: 'word',
  written: `<${choices.join('|')}>`,
  summary: 'what to do; nothing shows them',
  choices,
});
const key = (name: string, summary: string): ArgumentSpec => ({
  name,
  kind: 'text',
  written: `${name}=…`,
  key: true,
  summary,
});

/** A reader whose acts are commands of this verb. */
function reads<V extends DayCommand['verb']>(
  verb: V,
  reader: (text: string) => Told<Extract<DayCommand, { verb: V }>['act']>,
): CommandSpec['reads'] {
  return (words) => {
    const told = reader(words);
    return told.ok ? { ok: true, act: { verb, act: told.act } as Command } : told;
  };
}

/** The day itself: what is talked about, decided and to be done. */
export const DAY: readonly CommandSpec[] = [
  commandSpec({
    verb: 'agenda',
    group: 'day',
    summary: 'show the agenda; propose topics and vote for them',
    details:
      'Anybody may propose a topic: what most people want comes first. `vote 3` says that you want topic 3, `unvote 3` that you do not any more. When, where and with whom are in your own words.',
    usage:
      'agenda [add <topic> [at=…] [place=…] [who=…] | vote N | unvote N | move N at=… | done N | drop N]',
    arguments: [
      action(AGENDA_ACTS),
      number,
      text('topic', 'what it is about, of `add`'),
      key('at', 'when: a time, a slot'),
      key('place', 'where: a room, a channel'),
      key('who', 'who leads it'),
    ],
    examples: [
      { line: 'agenda', does: 'what is planned, most wanted first' },
      { line: 'agenda add OVN or Linux bridge? at=14:00 place="blue room"', does: 'propose a topic' },
      { line: 'agenda vote 3', does: 'I want topic 3' },
    ],
    role: 'observer',
    reads: reads('agenda', readAgenda),
    also: ['topic', 'topics', 'program', 'programme', 'plan'],
  }),
  commandSpec({
    verb: 'note',
    group: 'day',
    summary: 'write into the minutes; `note decision: …` a decision',
    details: 'What was found out or agreed on, for the report. Without a text: the last notes.',
    usage: 'note [[decision:] <text>]',
    arguments: [text('text', 'the note; "decision: …" marks a decision')],
    examples: [
      { line: 'note Glance needs 4 GB of memory here', does: 'for everybody, and the report' },
      { line: 'note decision: we use OVN', does: 'what was agreed on' },
    ],
    role: 'observer',
    reads: reads('note', readNote),
    also: ['notes', 'minutes', 'minute', 'remember', 'decision', 'decisions'],
  }),
  commandSpec({
    verb: 'todo',
    group: 'day',
    summary: 'show what is to be done; add, take, finish it',
    details:
      'At the end of what is to be done, "for <person>" names its owner if there is somebody of that name here. Without words: what is open.',
    usage: 'todo [add <text> [for <person>] | done N | take N | give N <person> | drop N]',
    arguments: [
      action(TODO_ACTS),
      number,
      text('text', 'what is to be done, of `add`; the person, of `give`'),
    ],
    examples: [
      { line: 'todo', does: 'what is open, and whose it is' },
      { line: 'todo add report the Glance bug for bob', does: 'and Bob owns it' },
      { line: 'todo done 3', does: 'finished' },
    ],
    role: 'observer',
    reads: reads('todo', readTodo),
    also: ['todos', 'task', 'tasks', 'action', 'actions'],
  }),
  commandSpec({
    verb: 'vote',
    group: 'day',
    summary: 'ask a question with options, or vote',
    details:
      'Each person has one vote, from whichever account, and may change it until the deadline (10 minutes if none is given); then the outcome is announced. For topics and times only: what destroys or resets an environment is never put to the vote.',
    usage: 'vote [<question> | <option> | <option> … [until 15m] · N <option> · drop N]',
    arguments: [
      number,
      text('words', 'question | option | option …; or, after a number, the choice'),
      {
        name: 'until',
        kind: 'text',
        written: '15m',
        after: 'until',
        summary: 'how long it is open: 1s to 24h',
      },
    ],
    examples: [
      { line: 'vote Lunch when? | 12:00 | 13:00 until 15m', does: 'ask everybody' },
      { line: 'vote 1 b', does: 'the second option, please' },
      { line: 'vote', does: 'which votes are open' },
    ],
    role: 'observer',
    reads: reads('vote', readVote),
    also: ['votes', 'poll', 'ballot', 'ask'],
  }),
  commandSpec({
    verb: 'announce',
    group: 'day',
    summary: 'tell something in every channel of the session',
    details:
      'Channels of all services hear it, those for help and quiet ones, too. It stands in the timeline and in the report. For operators.',
    usage: 'announce <text>',
    arguments: [{ ...text('text', 'what everybody is to know'), required: true }],
    examples: [{ line: 'announce Lunch is there; back at 13:00', does: 'everybody knows' }],
    role: 'operator',
    reads: reads('announce', readAnnouncement),
    also: ['announcement', 'broadcast', 'wall'],
  }),
  commandSpec({
    verb: 'pin',
    group: 'day',
    summary: 'pin what newcomers need: a link, a fact',
    details: 'What is pinned is shown by `pinned` and on the page of the session.',
    usage: 'pin [<text> | drop N]',
    arguments: [text('text', 'the link or fact; "drop 2" takes one away')],
    examples: [{ line: 'pin Slides: https://example.org/slides', does: 'for everybody who comes later' }],
    role: 'observer',
    reads: reads('pin', readPin),
    also: ['pins', 'bookmark'],
  }),
  commandSpec({
    verb: 'pinned',
    group: 'day',
    summary: 'show what is pinned',
    details: 'The links and facts that newcomers need.',
    examples: [{ line: 'pinned', does: 'where to begin' }],
    role: 'observer',
    also: ['reference', 'links'],
  }),
  commandSpec({
    verb: 'timeline',
    group: 'day',
    summary: 'show what happened in this session',
    details: 'Runs, claims, approvals, joins, notes, votes; the page has all of it.',
    arguments: [
      {
        name: 'tail',
        kind: 'count',
        written: 'tail=N',
        key: true,
        most: TIMELINE_LINES.most,
        summary: `how many of the last, 1 to ${TIMELINE_LINES.most}; ${TIMELINE_LINES.usual} if not given`,
      },
    ],
    examples: [{ line: 'timeline tail=30', does: 'the last 30 things' }],
    role: 'observer',
    also: ['history', 'happened', 'events'],
  }),
  commandSpec({
    verb: 'report',
    group: 'day',
    summary: 'sum the day up, with links to the whole report',
    details:
      'People and sites, environments, success rates and times, failures with their causes, differences still open, decisions, notes, todos: as Markdown, HTML and JSON.',
    examples: [{ line: 'report', does: 'so far, or of the whole day' }],
    role: 'observer',
    also: ['summary', 'protocol'],
  }),
  commandSpec({
    verb: 'audit',
    group: 'day',
    summary: 'show who did what, where, and what became of it',
    details:
      'Every command with its sender, account, channel and result, newest last; of all sessions. `env=`: those that name an environment; `person=`: a name or an account; `since=2h`. For operators; whole, as JSON Lines or CSV, over HTTP (docs/audit.md).',
    usage: 'audit [env=…] [person=…] [since=2h] [tail=N]',
    arguments: [
      key('env', 'an environment, gone or not'),
      key('person', 'a name or an account'),
      key('since', 'how far back: 30m, 2h, 1d'),
      { name: 'tail', kind: 'count', written: 'tail=N', key: true, summary: 'how many; 20 if not given' },
    ],
    examples: [
      { line: 'audit env=ex since=1h', does: 'what was done to ex in the last hour' },
      { line: 'audit person=irc:lab/bob', does: 'what one person did, from all accounts' },
    ],
    role: 'operator',
    reads: reads('audit', readAudit),
    also: ['trail', 'whodunit', 'blame'],
  }),
];
