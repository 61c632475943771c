import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  customType,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  serial,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { at, now } from './schema/columns.ts';

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

/** One human. */
export const persons = pgTable('persons', {
  id: serial().primaryKey(),
  name: text().notNull(),
  organisation: text(),
  site: text(),
  createdAt: now('created_at'),
  /** Turned out to be somebody who was known already: who it is now. No identity names such a row any more, but history does. */
  mergedInto: integer('merged_into'),
  /** Whose person this was a part of until an identity was unlinked, and when that was. */
  splitFrom: integer('split_from'),
  splitAt: at('split_at'),
});

/** A verified account on a service, `irc:lab/alice`; belongs to one person. */
export const identities = pgTable('identities', {
  identity: text().primaryKey(),
  personId: integer('person_id')
    .notNull()
    .references(() => persons.id),
  display: text().notNull(),
  seenAt: now('seen_at'),
});

/** Messages that were acted on; a redelivered one finds its row. One without an answer was cut off by the end of its process. */
export const received = pgTable(
  'received',
  {
    adapter: text().notNull(),
    messageId: text('message_id').notNull(),
    at: now('at'),
    channel: text().notNull().default(''),
    replyTo: text('reply_to'),
    /** Its first words, to name it by; nothing that may be secret. */
    about: text().notNull().default(''),
    /** The account behind it, where the service vouches for one: a private place may be somebody else's when it is answered. */
    identity: text(),
    answeredAt: at('answered_at'),
  },
  (t) => [
    primaryKey({ columns: [t.adapter, t.messageId] }),
    index('received_unanswered').on(t.adapter).where(sql`${t.answeredAt} is null`),
    index('received_at').on(t.at),
    // Where somebody spoke last.
    index('received_identity').on(t.identity, t.at).where(sql`${t.identity} is not null`),
  ],
);

/** provisioning … destroying while such a run goes on; the others say how the last one ended. */
export type EnvironmentState =
  | 'provisioning'
  | 'resetting'
  | 'destroying'
  | 'ready'
  | 'failed'
  | 'broke'
  | 'cancelled'
  | 'unknown'
  | 'destroyed';

export const environments = pgTable(
  'environments',
  {
    id: serial().primaryKey(),
    name: text().notNull(),
    blueprint: text().notNull(),
    pool: text().notNull(),
    state: text().$type<EnvironmentState>().notNull(),
    /** All parameters but the secret ones. */
    params: jsonb().$type<Record<string, string>>().notNull(),
    secrets: jsonb().$type<Record<string, string>>().notNull(),
    /** Values that secrets had before, the newest last: its nodes may still have them, and print them. */
    formerSecrets: text('former_secrets').array().notNull().default([]),
    createdBy: integer('created_by').references(() => persons.id),
    createdAt: now('created_at'),
    destroyedAt: at('destroyed_at'),
  },
  (t) => [uniqueIndex('environments_live_name').on(t.name).where(sql`${t.destroyedAt} is null`)],
);

export type NodeState = 'new' | 'up' | 'broke';

/** A machine of a pool while an environment has it. */
export const nodes = pgTable(
  'nodes',
  {
    id: serial().primaryKey(),
    environmentId: integer('environment_id')
      .notNull()
      .references(() => environments.id),
    pool: text().notNull(),
    /** The provider's name for it: `n1`. */
    machine: text().notNull(),
    /** The environment's name for it, and its host name: `controller`, `compute-2`. */
    name: text().notNull(),
    role: text().notNull(),
    /** 1… within the role. */
    index: integer().notNull(),
    /** IP address; null until the machine is there. */
    address: text(),
    /** The availability zone that its machine is in; null where the pool says none. */
    zone: text(),
    /** Where its tasks are kept and since which boot, as last seen (engine/transport.ts `mark`); another one: it was reset or rebooted. */
    mark: text(),
    /** The shared layer that its machine's disk began from (engine/layers.ts); null: an empty machine. */
    layer: text(),
    /** The run that made its machine so: in a later one its cached steps are done again where they are not done. */
    layerRunId: integer('layer_run_id'),
    state: text().$type<NodeState>().notNull().default('new'),
    releasedAt: at('released_at'),
  },
  (t) => [
    uniqueIndex('nodes_held_machine').on(t.pool, t.machine).where(sql`${t.releasedAt} is null`),
    uniqueIndex('nodes_live_name').on(t.environmentId, t.name).where(sql`${t.releasedAt} is null`),
  ],
);

export type RunKind =
  | 'provision'
  | 'verify'
  | 'repair'
  | 'inspect'
  | 'diff'
  | 'snapshot'
  | 'reset'
  | 'exec'
  | 'destroy';

/** queued → running ⇄ waiting (for an answer of people) → one of the last five; see docs/run-states.md. */
export type RunState =
  | 'queued'
  | 'running'
  | 'waiting'
  | 'succeeded'
  | 'failed'
  | 'broke'
  | 'cancelled'
  | 'unknown';

/** The states of a run that has not ended: at most one such run per environment. */
export const ACTIVE_RUN_STATES = ['queued', 'running', 'waiting'] as const;

/** The states of a run that a worker is to drive. */
export const DRIVEN_RUN_STATES = ['queued', 'running'] as const;

export const runs = pgTable(
  'runs',
  {
    id: serial().primaryKey(),
    environmentId: integer('environment_id')
      .notNull()
      .references(() => environments.id),
    kind: text().$type<RunKind>().notNull(),
    state: text().$type<RunState>().notNull().default('queued'),
    /** The command line as people may see it, secrets masked. */
    command: text().notNull(),
    /** Random; with task and attempt it names state directories on nodes, which may outlive this database. */
    key: text().notNull().default(sql`substr(md5(random()::text || clock_timestamp()::text), 1, 12)`),
    /** What was asked beyond the kind: snapshot name, the other side of a diff, a topic (engine/plan.ts). */
    detail: jsonb().$type<Record<string, string>>().notNull().default({}),
    /** What a diff found. */
    result: jsonb(),
    /** The blueprint as it was when the run started (engine/blueprint/blueprint.ts); json keeps the order of its roles. */
    blueprint: json().notNull(),
    /** Whose it is: of who asked for it, or retried it last; whom its outcome is for. */
    personId: integer('person_id').references(() => persons.id),
    requester: text().notNull(),
    /** Where that was asked and its outcome is told. */
    channel: text().notNull(),
    /** The session of that channel then: its outcome is told in all of its channels. */
    sessionId: integer('session_id'),
    /** The message that asked for it: adapter and message id; null: nobody's message. */
    cause: text(),
    createdAt: now('created_at'),
    startedAt: at('started_at'),
    endedAt: at('ended_at'),
    cancelledBy: text('cancelled_by'),
    /** One line: how it ended and why. */
    summary: text(),
    /** The hold: which worker drives the run, until when; each new hold has a higher generation. */
    holdOwner: text('hold_owner'),
    holdGeneration: integer('hold_generation').notNull().default(0),
    holdExpiresAt: at('hold_expires_at'),
  },
  (t) => [
    uniqueIndex('runs_cause').on(t.cause),
    uniqueIndex('runs_one_active')
      .on(t.environmentId)
      .where(sql`${t.state} in ('queued', 'running', 'waiting')`),
    index('runs_environment').on(t.environmentId, t.id),
    index('runs_latest').on(t.environmentId, t.endedAt, t.id),
  ],
);

export type TaskState =
  | 'waiting'
  | 'running'
  | 'done'
  | 'skipped'
  | 'failed'
  | 'broke'
  | 'cancelled'
  | 'unknown';

export type OnFailure = 'skip' | 'stop' | 'continue';

/** What a step of a run does, once for all of its tasks. */
export const runSteps = pgTable(
  'run_steps',
  {
    runId: integer('run_id')
      .notNull()
      .references(() => runs.id),
    step: text().notNull(),
    title: text().notNull(),
    /** What to do (engine/plan.ts). */
    action: jsonb().notNull(),
    /** Steps all of whose tasks must be done first. */
    needs: text().array().notNull(),
    /** Steps whose task on the same node must be done first. */
    needsHere: text('needs_here').array().notNull().default([]),
    /** Steps all of whose tasks must have ended first, whatever became of them. */
    after: text().array().notNull().default([]),
    /** Slots of the pool's load governor that a task takes while it runs; 0: it is light. */
    slots: integer().notNull().default(0),
    /** What the failure of a task means to the rest: `skip` what needs it, `stop` the run, or `continue` as if it were done. */
    onFailure: text('on_failure').$type<OnFailure>().notNull().default('skip'),
  },
  (t) => [primaryKey({ columns: [t.runId, t.step] })],
);

/** One step on one machine (or, with no node, one step of the run itself). */
export const tasks = pgTable(
  'tasks',
  {
    id: serial().primaryKey(),
    runId: integer('run_id')
      .notNull()
      .references(() => runs.id),
    /** Position in the plan, 0…. */
    ordinal: integer().notNull(),
    step: text().notNull(),
    nodeId: integer('node_id').references(() => nodes.id),
    state: text().$type<TaskState>().notNull().default('waiting'),
    attempt: integer().notNull().default(0),
    /** Attempts before somebody asked for a retry: its own retries count from there. */
    attemptsBefore: integer('attempts_before').notNull().default(0),
    /** Not before then: it failed and is to be tried again. */
    notBefore: at('not_before'),
    exitCode: integer('exit_code'),
    /** One line: why it failed, broke or is unknown; or a check's evidence. */
    detail: text(),
    /** Bytes of the node's output that are stored as lines. */
    outputOffset: bigint('output_offset', { mode: 'number' }).notNull().default(0),
    startedAt: at('started_at'),
    endedAt: at('ended_at'),
  },
  (t) => [unique('tasks_ordinal').on(t.runId, t.ordinal)],
);

/**
 * Output lines, masked. Ordered by id within a run. `text` is what people read; `raw` is there where text cannot hold the
 * line's bytes exactly (invalid UTF-8, NUL). A line longer than a row may be goes on in the task's next row.
 */
export const output = pgTable(
  'output',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    runId: integer('run_id').notNull(),
    taskId: integer('task_id').notNull(),
    at: now('at'),
    text: text().notNull(),
    raw: bytea('raw'),
    /** False: the line goes on in the task's next row. */
    ends: boolean().notNull().default(true),
  },
  (t) => [index('output_run').on(t.runId, t.id), index('output_task').on(t.taskId, t.id)],
);

/** What happened; appended in the transaction of the change it reports. */
export const events = pgTable(
  'events',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    at: now('at'),
    kind: text().notNull(),
    environmentId: integer('environment_id'),
    runId: integer('run_id'),
    taskId: integer('task_id'),
    personId: integer('person_id'),
    /** The session that it happened in; of what happens to a run, the run's. */
    sessionId: integer('session_id'),
    channel: text(),
    data: jsonb().$type<Record<string, unknown>>().notNull(),
  },
  (t) => [
    index('events_environment').on(t.environmentId, t.id),
    index('events_run').on(t.runId, t.id),
    index('events_session').on(t.sessionId, t.id),
  ],
);

/** How far a reader of the events has come. */
export const cursors = pgTable('cursors', {
  reader: text().primaryKey(),
  eventId: bigint('event_id', { mode: 'number' }).notNull(),
});

/** A kept state of an environment. The one named `baseline` is what it is compared with and reset to. */
export const snapshots = pgTable(
  'snapshots',
  {
    id: serial().primaryKey(),
    environmentId: integer('environment_id').notNull(),
    name: text().notNull(),
    /** The provider's layer on every machine; null where the provider keeps none and only facts are known. */
    layer: text(),
    /** The run that took it, with the blueprint that the environment was made from then. */
    runId: integer('run_id').notNull(),
    /** The environment's parameters then, which are to be its own again with its disks; null: an earlier version took it. */
    params: jsonb().$type<Record<string, string>>(),
    secrets: jsonb().$type<Record<string, string>>(),
    /** Node name → facts. */
    facts: jsonb().$type<Record<string, Record<string, Record<string, string>>>>().notNull(),
    /** The nodes it was taken of, to tell addresses and host names from real differences. */
    nodes: jsonb().$type<{ name: string; role: string; address: string }[]>().notNull(),
    createdAt: now('created_at'),
  },
  (t) => [unique('snapshots_name').on(t.environmentId, t.name)],
);

/** Files that blueprints copy, by their SHA-256 (hex): a run copies what was there when it started. */
export const contents = pgTable('contents', {
  sha256: text().primaryKey(),
  data: bytea('data').notNull(),
  keptAt: now('kept_at'),
});

/** `superseded`: it would have told how a run goes on, and by then the run's outcome was there to be told. */
export type OutboxState = 'pending' | 'sent' | 'undeliverable' | 'superseded';

/** What must be said: persisted first, posted after, per channel in order of id. */
export const outbox = pgTable(
  'outbox',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    /** Random; services drop repeats by it, which may remember what an earlier database numbered alike. */
    key: text().notNull().default(sql`substr(md5(random()::text || clock_timestamp()::text), 1, 16)`),
    adapter: text().notNull(),
    channel: text().notNull(),
    /** Messages with one board key replace each other where the service can edit; null: a post of its own. */
    board: text(),
    message: jsonb().notNull(),
    /** 1…: which message of its board it is; the newest takes the place of one that waits. */
    edition: integer().notNull().default(1),
    /** What it answers, as the adapter named it: a thread, an interaction; null: a post of its own. */
    replyTo: text('reply_to'),
    /** Lower goes first between channels: 0 outcomes and answers, 1 boards, 2 what is kept for somebody who is away. */
    urgency: integer().notNull().default(0),
    state: text().$type<OutboxState>().notNull().default('pending'),
    attempts: integer().notNull().default(0),
    nextAttemptAt: now('next_attempt_at'),
    createdAt: now('created_at'),
    sentAt: at('sent_at'),
    error: text(),
  },
  (t) => [
    index('outbox_pending').on(t.adapter, t.id).where(sql`${t.state} = 'pending'`),
    index('outbox_board').on(t.board, t.channel).where(sql`${t.board} is not null`),
    index('outbox_created').on(t.createdAt),
  ],
);

/** The posted message of a board in a channel of a service that can change it. */
export const boards = pgTable(
  'boards',
  {
    board: text().notNull(),
    channel: text().notNull(),
    ref: jsonb().notNull(),
    sentAt: now('sent_at'),
    /** Its last message is said, or waits to be: it is not posted anew when somebody deletes it. */
    final: boolean().notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.board, t.channel] }),
    index('boards_open').on(t.channel).where(sql`not ${t.final}`),
  ],
);

/** Channels that nothing can be posted to until people do something about it; told of once. */
export const lostChannels = pgTable('lost_channels', {
  channel: text().primaryKey(),
  adapter: text().notNull(),
  since: now('since'),
  reason: text().notNull(),
});

/** Host keys trusted on first use, per pool and machine. */
export const hostKeys = pgTable(
  'host_keys',
  { pool: text().notNull(), machine: text().notNull(), key: text().notNull(), seenAt: now('seen_at') },
  (t) => [primaryKey({ columns: [t.pool, t.machine] })],
);

/** Runs that wait for slots of their pool's load governor: who waits longest and has least goes first (engine/governor.ts). */
export const slotWaits = pgTable('slot_waits', {
  runId: integer('run_id')
    .primaryKey()
    .references(() => runs.id),
  pool: text().notNull(),
  /** Slots that its next heavy task takes. */
  slots: integer().notNull(),
  since: now('since'),
});

/** What only one process may do at a time, such as holding one chat service's connection. */
export const duties = pgTable('duties', {
  /** `chat:irc:lab`, `notifier`. */
  name: text().primaryKey(),
  /** Which process: host and pid. */
  owner: text().notNull(),
  /** Higher with each new owner. */
  generation: integer().notNull(),
  expiresAt: at('expires_at').notNull(),
});
