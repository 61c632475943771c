import { z } from 'zod';

/** The shapes of the API's answers: the OpenAPI document is made of them, the page takes its types from them. */

const time = z.iso.datetime().describe('ISO 8601, UTC');
const link = z.url();

export const problem = z.object({
  error: z.string().describe('A word for programs: bad-input, not-found, no-database …'),
  message: z.string(),
  hint: z.string().describe('What to do next'),
  key: z.string().optional().describe('The key of the request that is wrong'),
});

export const node = z.object({
  name: z.string(),
  role: z.string(),
  address: z.string().nullable().describe('IP address; null until the machine is there'),
  state: z.string().describe('new, up, broke'),
});

export const runSummary = z.object({
  id: z.int(),
  environment: z.string(),
  kind: z.string().describe('provision, verify, repair, inspect, diff, snapshot, reset, exec, destroy'),
  state: z.string().describe('queued, running, succeeded, failed, broke, cancelled, unknown'),
  command: z.string().describe('As typed, secrets masked'),
  requester: z.string(),
  createdAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  summary: z.string().nullable().describe('One line: how it ended and why'),
  tasks: z.record(z.string(), z.int()).describe('Number of tasks by state'),
  link,
});

export const environmentSummary = z.object({
  name: z.string(),
  blueprint: z.string(),
  pool: z.string(),
  state: z
    .string()
    .describe('provisioning, resetting, destroying, ready, failed, broke, cancelled, unknown, destroyed'),
  createdAt: time,
  nodes: z.array(node),
  lastRun: runSummary.nullable(),
  link,
});

export const environments = z.object({ environments: z.array(environmentSummary) });

export const environment = environmentSummary.extend({
  destroyedAt: time.nullable(),
  createdBy: z.string().nullable(),
  params: z.record(z.string(), z.string()).describe('All parameters but the secret ones'),
  lease: z.object({ person: z.string(), reason: z.string().nullable(), until: time }).nullable(),
  snapshots: z.array(z.object({ name: z.string(), run: z.int(), createdAt: time })),
  mayBeRepaired: z.boolean().describe('A check failed that names a step which mends it: repair does that'),
  runs: z.array(runSummary).describe('The newest ones, newest first'),
});

export const runs = z.object({
  runs: z.array(runSummary).describe('Newest first'),
  before: z.int().nullable().describe('Ask again with before= this for older ones; null when there are none'),
});

export const task = z.object({
  id: z.int(),
  step: z.string(),
  title: z.string(),
  node: z.string().nullable().describe('Null: a step of the run itself'),
  state: z.string().describe('waiting, running, done, skipped, failed, broke, cancelled, unknown'),
  attempt: z.int(),
  exitCode: z.int().nullable(),
  detail: z.string().nullable().describe("Why it failed, broke or is unknown; or a check's evidence"),
  startedAt: time.nullable(),
  endedAt: time.nullable(),
});

export const run = runSummary.omit({ tasks: true }).extend({
  cancelledBy: z.string().nullable(),
  tasks: z.array(task).describe("In the plan's order"),
  log: link.describe('The whole output as text'),
});

const cells = z.array(z.string());
export const outcome = z.object({
  outcome: z
    .object({
      text: z.string(),
      blocks: z.array(
        z.discriminatedUnion('type', [
          z.object({ type: z.literal('text'), text: z.string() }),
          z.object({ type: z.literal('code'), text: z.string() }),
          z.object({ type: z.literal('table'), columns: cells, rows: z.array(cells) }),
        ]),
      ),
    })
    .nullable()
    .describe('What the chat was told when it ended, with all of its rows; null: it goes on'),
});

export const difference = z.object({
  node: z.string(),
  topic: z
    .string()
    .describe('settings, packages, services, ports, files …; node: the whole node is on one side only'),
  key: z.string(),
  left: z.string().nullable().describe('What the other side has; null: nothing'),
  right: z.string().nullable().describe('What it has now; null: nothing'),
  weight: z.number().describe('How telling it is: the more, the higher'),
});

export const differences = z.object({
  environment: z.string(),
  other: z
    .string()
    .describe('What it was compared with: baseline, a snapshot, 2h-ago, run-12, another environment'),
  state: z.string().describe("The run's state: only what has succeeded has compared all of it"),
  differences: z.array(difference).describe('Most telling first; empty: it does not differ'),
});

export const facts = z.object({
  environment: z.string(),
  at: time.nullable().describe('When the oldest of them was gathered; null: nobody has looked yet'),
  nodes: z
    .record(z.string(), z.record(z.string(), z.record(z.string(), z.string())))
    .describe('Node, topic, key: value'),
});

export const line = z.object({
  id: z.int().describe('Its position: grows within a run'),
  node: z.string().nullable(),
  step: z.string(),
  at: time,
  text: z.string().describe('Plain text: escape sequences are taken out, secrets are masked'),
  cut: z.boolean().describe('The line is longer than this; the text log has all of it'),
});

export const lines = z.object({
  lines: z.array(line).describe('Oldest first'),
  after: z.int().describe('Ask again with after= this for what follows'),
  more: z.boolean().describe('There are more lines already'),
});

export const event = z.object({
  id: z.int(),
  at: time,
  kind: z.string(),
  environment: z.string().nullable(),
  run: z.int().nullable(),
});

export const pool = z.object({
  name: z.string(),
  provider: z.string(),
  summary: z.string(),
  capacity: z.int().describe('The most machines it can give at once'),
  taken: z.int(),
});
export const pools = z.object({ pools: z.array(pool) });

export const blueprint = z.object({
  name: z.string(),
  version: z.string(),
  summary: z.string(),
  release: z.string().nullable(),
});
export const blueprints = z.object({ blueprints: z.array(blueprint) });

export const health = z.object({ status: z.string(), version: z.string() });

export type ProblemAnswer = z.output<typeof problem>;
export type NodeAnswer = z.output<typeof node>;
export type RunSummary = z.output<typeof runSummary>;
export type EnvironmentSummary = z.output<typeof environmentSummary>;
export type Environment = z.output<typeof environment>;
export type Task = z.output<typeof task>;
export type Run = z.output<typeof run>;
export type Outcome = NonNullable<z.output<typeof outcome>['outcome']>;
export type Differences = z.output<typeof differences>;
export type Difference = z.output<typeof difference>;
export type Facts = z.output<typeof facts>;
export type Line = z.output<typeof line>;
export type EventNotice = z.output<typeof event>;
export type PoolView = z.output<typeof pool>;
export type BlueprintView = z.output<typeof blueprint>;
