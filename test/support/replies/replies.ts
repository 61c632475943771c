import type { OutgoingMessage } from '../../../adapters/message.ts';
import { help } from '../../../bot/command/help.ts';
import { createLinks } from '../../../bot/links.ts';
import { approvalQuestion } from '../../../bot/replies/approvals.ts';
import { endedBoard, runBoard } from '../../../bot/replies/board.ts';
import { environmentList } from '../../../bot/replies/environments.ts';
import { heldRefusal } from '../../../bot/replies/leases.ts';
import { logExcerpt } from '../../../bot/replies/logs.ts';
import { type OutcomeView, outcomeMessage } from '../../../bot/replies/outcome.ts';
import { unknownQuestion } from '../../../bot/replies/question.ts';
import { mistake, notAllowed, refusal } from '../../../bot/replies/refusals.ts';
import { statusBoard } from '../../../bot/replies/status.ts';
import type { Run, TaskRow } from '../../../db/runs.ts';
import type { RunToDraw } from '../../../pictures/run-view.ts';
import { after, checkRow, environmentRow, nodeRow, runRow, taskRow } from './rows.ts';

export interface NamedReply {
  /** One word, for files: `outcome-bad`. */
  readonly name: string;
  readonly heading: string;
  /** What was typed. */
  readonly said: string;
  readonly message: OutgoingMessage;
  /** What its picture shows. */
  readonly run?: RunToDraw;
}

const links = createLinks('https://day.example.org');
const NODES = ['controller', 'compute-1', 'compute-2'].map((name, at) => nodeRow(name, at + 1));

const PACKAGES = 'packages installed, nothing started';
const DATABASE = 'MariaDB with a database per service';

const going: readonly TaskRow[] = [
  ...NODES.map((_, at) => taskRow('machine started', 'done', [0, 2 + at], { nodeId: at + 1 })),
  ...NODES.map((_, at) => taskRow(PACKAGES, 'done', [4, 32 + at], { nodeId: at + 1 })),
  taskRow(DATABASE, 'running', [35]),
  taskRow('Keystone: identity', 'waiting'),
  taskRow('Glance: images', 'waiting'),
];

const over: readonly TaskRow[] = [
  ...going.slice(0, 6),
  taskRow(DATABASE, 'done', [35, 41]),
  taskRow('Keystone: identity', 'done', [41, 47]),
  taskRow('Glance: images', 'done', [47, 50]),
  checkRow(
    'Keystone issues a token',
    'done',
    'token from http://10.121.248.12:5000/v3: user admin, project admin',
  ),
  checkRow('an image goes up and comes back the same', 'done', '300000 bytes up and down: sha512 0b09c4ac'),
];

const failed: readonly TaskRow[] = [
  ...over.slice(0, 7),
  taskRow('Keystone: identity', 'failed', [41, 44], {
    exitCode: 1,
    detail: 'exit 1: Access denied for user keystone@localhost',
  }),
  taskRow('Glance: images', 'skipped'),
  checkRow('Keystone issues a token', 'failed', 'connection refused at http://10.121.248.12:5000/v3'),
];

function outcome(given: Partial<OutcomeView>): OutgoingMessage {
  return outcomeMessage({
    environment: 'ex',
    run: runRow(),
    tasks: over,
    links,
    answers: [],
    facts: {},
    differences: [],
    ...given,
  });
}

function toDraw(run: Run, tasks: readonly TaskRow[]): RunToDraw {
  const iso = (date: Date | null) => date?.toISOString() ?? null;
  return {
    id: run.id,
    environment: 'ex',
    kind: run.kind,
    state: run.state,
    createdAt: run.createdAt.toISOString(),
    startedAt: iso(run.startedAt),
    endedAt: iso(run.endedAt),
    tasks: tasks.map(({ step, title, nodeId, state, startedAt, endedAt }) => ({
      step,
      title,
      node: NODES[(nodeId ?? 0) - 1]?.name ?? null,
      state,
      startedAt: iso(startedAt),
      endedAt: iso(endedAt),
    })),
  };
}

const RUNNING = runRow({ state: 'running', endedAt: null });
const FAILED = runRow({
  state: 'failed',
  summary: 'Keystone: identity failed on controller: exit 1: Access denied for user keystone@localhost',
  endedAt: after(52),
});

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
    run: toDraw(runRow(), over),
  },
  {
    name: 'outcome-bad',
    heading: 'A bad outcome: why, what to type next, and the evidence',
    said: 'provision ex from essex',
    message: outcome({ run: FAILED, tasks: failed }),
    run: toDraw(FAILED, failed),
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
      links,
    }),
    run: toDraw(RUNNING, going),
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
    message: approvalQuestion(
      {
        id: 7,
        command: 'destroy ex',
        environment: 'ex',
        asker: 'alice',
        why: 'its blueprint marks destroy as destructive',
        preview: {
          kind: 'destroy',
          nodes: NODES.map(({ name }) => name),
          steps: [
            { title: 'services stopped', nodes: 3, destructive: false },
            { title: 'machine removed', nodes: 3, destructive: true },
          ],
        },
        needed: 1,
        role: 'operator',
        expiresAt: after(3_600),
      },
      { agreed: 0, said: 0 },
      after(0),
      links,
    ),
  },
  {
    name: 'refusal',
    heading: 'Refusals: a right, a lease, a typo',
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
  { name: 'help', heading: 'Help for a command', said: 'help reset', message: help('reset') },
];

function difference(topic: string, key: string, left: string | null, right: string | null) {
  return { node: 'controller', topic, key, left, right, weight: 1 };
}

function answer(node: string, line: string) {
  return { node, state: 'done', exitCode: 0, detail: null, lines: [line] };
}
