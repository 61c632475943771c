import type { OutgoingMessage } from '../../../adapters/message.ts';
import { help } from '../../../bot/command/help.ts';
import { timelineOf } from '../../../bot/pictures.ts';
import { approvalQuestion } from '../../../bot/replies/approvals.ts';
import { endedBoard, runBoard } from '../../../bot/replies/board.ts';
import { timelineView } from '../../../bot/replies/day/timeline.ts';
import { voteQuestion } from '../../../bot/replies/day/votes.ts';
import { environmentList } from '../../../bot/replies/environments.ts';
import { heldRefusal } from '../../../bot/replies/leases.ts';
import { logExcerpt } from '../../../bot/replies/logs.ts';
import { newsOf } from '../../../bot/replies/news.ts';
import { type OutcomeView, outcomeMessage } from '../../../bot/replies/outcome.ts';
import { unknownQuestion } from '../../../bot/replies/question.ts';
import { flooding, mistake, notAllowed, refusal } from '../../../bot/replies/refusals.ts';
import { type SessionStanding, sessionBoard } from '../../../bot/replies/session-board.ts';
import { statusBoard } from '../../../bot/replies/status.ts';
import { nodeNames } from '../../../engine/node-names.ts';
import { board } from '../../../pictures/board.ts';
import { gantt } from '../../../pictures/gantt.ts';
import type { Picture } from '../../../pictures/svg.ts';
import { timeline } from '../../../pictures/timeline.ts';
import { approvalRow, DAY, voteRow } from './day.ts';
import { after, environmentRow, runRow } from './rows.ts';
import { FAILED, failed, going, links, NODES, over, RUNNING, toDraw } from './runs.ts';

export interface NamedReply {
  /** One word, for files: `outcome-bad`. */
  readonly name: string;
  readonly heading: string;
  /** What was typed. */
  readonly said: string;
  readonly message: OutgoingMessage;
  /** What its picture is drawn as. */
  readonly picture?: Picture;
}

type Standing = SessionStanding['environments'][number];

function outcome(given: Partial<OutcomeView>): OutgoingMessage {
  return outcomeMessage({
    environment: 'ex',
    run: runRow(),
    tasks: over,
    links,
    answers: [],
    facts: {},
    differences: [],
    nodeNames: nodeNames(NODES),
    hasBaseline: true,
    ...given,
  });
}

/** A reply of each kind, made by the bot's own replies of made-up rows. */
export const REPLIES: readonly NamedReply[] = [
  {
    name: 'list',
    heading: 'A list',
    said: 'envs',
    message: environmentList(
      [
        {
          environment: environmentRow({ name: 'demo', blueprint: 'hello', pool: 'rack' }),
          nodes: NODES.slice(0, 1),
        },
        { environment: environmentRow({ state: 'provisioning' }), nodes: NODES },
        { environment: environmentRow({ name: 'zed', state: 'failed' }), nodes: NODES },
      ],
      links,
    ),
  },
  {
    name: 'board',
    heading: 'A status board, changed in place while the run goes on',
    said: 'provision ex from essex',
    message: runBoard('ex', RUNNING, going, links, after(38)),
  },
  {
    name: 'board-ended',
    heading: 'The same board, when the run has ended',
    said: 'provision ex from essex',
    message: endedBoard('ex', runRow(), over, links),
  },
  {
    name: 'outcome-good',
    heading: 'A good outcome, a post of its own; the evidence for who looks for it',
    said: 'provision ex from essex',
    message: outcome({}),
    picture: gantt(toDraw(runRow(), over), after(58).getTime()),
  },
  {
    name: 'outcome-bad',
    heading: 'A bad outcome: why, what to type next, and the evidence',
    said: 'provision ex from essex',
    message: outcome({ run: FAILED, tasks: failed }),
    picture: gantt(toDraw(FAILED, failed), after(58).getTime()),
  },
  {
    name: 'diff',
    heading: 'A diff',
    said: 'diff ex',
    message: outcome({
      run: runRow({ kind: 'diff', detail: { other: 'baseline' }, command: 'diff ex' }),
      tasks: [],
      differences: [
        difference('settings', '/etc/keystone/keystone.conf [token] provider', 'fernet', 'jws'),
        difference('packages', 'libapache2-mod-wsgi-py3', '4.9.4-1+b2', null),
        difference('services', 'apache2', 'active, enabled', 'failed, enabled'),
      ],
    }),
  },
  {
    name: 'command',
    heading: 'A command on all nodes, folded by equal answer',
    said: 'run ex -- uname -r',
    message: outcome({
      run: runRow({ kind: 'exec', command: 'run ex -- uname -r' }),
      tasks: [],
      answers: [
        answer('controller', '6.1.0-28-amd64'),
        answer('compute-1', '6.1.0-28-amd64'),
        answer('compute-2', '6.1.0-27-amd64'),
      ],
    }),
  },
  {
    name: 'logs',
    heading: 'A log excerpt',
    said: 'logs ex keystone',
    message: logExcerpt(
      'ex',
      runRow({ state: 'failed' }),
      [
        'keystone-manage db_sync',
        "mysql: ERROR 1045 (28000): Access denied for user 'keystone'@'localhost' (using password: YES)",
        'keystone-manage: exit 1',
      ].map((text, at) => ({
        id: at,
        node: 'controller',
        step: 'keystone',
        at: after(at),
        text,
        cut: false,
      })),
      links.log(14, { step: 'keystone' }),
    ),
  },
  {
    name: 'status',
    heading: 'How an environment stands',
    said: 'status ex',
    message: statusBoard({
      environment: environmentRow({ state: 'provisioning' }),
      nodes: NODES,
      run: { run: RUNNING, tasks: going },
      snapshots: [],
      mayBeRepaired: false,
      links,
    }),
    picture: board(toDraw(RUNNING, going)),
  },
  {
    name: 'question',
    heading: 'A question: a run waits for people',
    said: 'retry ex',
    message: unknownQuestion(
      'ex',
      [
        {
          step: 'keystone',
          node: 'controller',
          detail: 'the node was rebooted at 2026-03-08T10:12Z while it ran',
        },
      ],
      links.run(14),
    ),
  },
  {
    name: 'approval',
    heading: 'A question: others must agree',
    said: 'destroy ex',
    message: approvalQuestion(approvalRow(), { agreed: 0, said: 0 }, after(0), links),
  },
  {
    name: 'vote',
    heading: 'A question: a vote',
    said: 'vote lunch at noon? | noon | one until 29m',
    message: voteQuestion(voteRow(), 'alice'),
  },
  {
    name: 'session-board',
    heading: 'The board of a session, changed in place as long as it goes on',
    said: 'session board',
    message: sessionBoard({
      name: DAY.session.name,
      link: links.session(DAY.session),
      environments: [
        standing('demo', { state: 'ready' }),
        standing('ex', {
          holder: { name: 'bob', until: after(28_800), reason: 'upgrading Glance' },
          waiting: ['carol', 'dan'],
          run: { run: RUNNING, tasks: going },
        }),
        standing('zed', { state: 'failed', holder: { name: 'alice', until: after(7_200), reason: null } }),
      ],
      others: 0,
      approvals: [{ approval: approvalRow({ command: 'destroy zed', environment: 'zed' }), agreed: 0 }],
      votes: [voteRow()],
    }),
  },
  {
    name: 'timeline',
    heading: 'What happened in a session',
    said: 'timeline',
    message: timelineView({
      session: DAY.session.name,
      shown: DAY.shown,
      picture: timelineOf(DAY.session),
      link: links.session(DAY.session),
    }),
    picture: timeline({ title: DAY.session.name, entries: DAY.entries }, DAY.now.getTime()),
  },
  {
    name: 'notice',
    heading: 'A notice: something that others wait for has happened',
    said: 'handoff ex bob',
    message: noticeOf('lease.handed-over', {
      environment: 'ex',
      person: 'bob',
      other: 'alice',
      reason: 'upgrading Glance',
      until: after(28_800).toISOString(),
    }),
  },
  {
    name: 'refusal',
    heading: 'Refusals: a right, a lease, a typo, a flood',
    said: 'destroy ex',
    message: notAllowed(
      'destroy is for operators and admins, and who created the environment; you are a participant',
      new Set(['slack:T1/U1']),
    ),
  },
  {
    name: 'refusal-lease',
    heading: '',
    said: 'reset ex',
    message: refusal(
      heldRefusal(
        'ex',
        {
          why: 'held',
          holding: {
            person: 2,
            sessionId: null,
            channel: 'slack:T1/C1',
            since: after(0).getTime(),
            until: Date.parse('2026-03-08T18:00Z'),
            reason: 'upgrading Glance',
            warnedAt: null,
            isWorkedOn: false,
          },
          place: null,
          waiting: 1,
        },
        () => 'bob',
        after(60),
      ),
    ),
  },
  {
    name: 'refusal-typo',
    heading: '',
    said: 'provison ex',
    message: mistake({
      message: 'there is no command provison',
      suggestion: 'provision ex',
      usage: 'provision <env> [from <blueprint>]',
    }),
  },
  { name: 'refusal-flood', heading: '', said: 'status ex', message: flooding('alice', 12, 'status ex') },
  { name: 'help', heading: 'Help for a command', said: 'help reset', message: help('reset') },
];

function standing(name: string, given: Partial<Standing>): Standing {
  return { id: 1, name, state: 'provisioning', holder: null, waiting: [], runId: null, run: null, ...given };
}

function noticeOf(kind: string, data: Readonly<Record<string, unknown>>): OutgoingMessage {
  const about = {
    id: 1,
    at: after(0),
    sessionId: 3,
    environmentId: 1,
    runId: null,
    taskId: null,
    personId: 2,
  };
  const told = newsOf({ ...about, channel: 'slack:T1/C1', kind, data });
  if (!told) throw new Error(`nothing is told of ${kind}`);
  return told.message;
}

function difference(topic: string, key: string, left: string | null, right: string | null) {
  return { node: 'controller', topic, key, left, right, weight: 1 };
}

function answer(node: string, line: string) {
  return { node, state: 'done', exitCode: 0, detail: null, lines: [line], printed: 1 };
}
