import type { Verb } from './command.ts';
import { type ArgumentSpec, type CommandSpec, commandSpec, type Group } from './spec.ts';

/** The groups of the help, in its order. */
export const GROUPS: readonly { readonly name: Group; readonly title: string }[] = [
  { name: 'look', title: 'What there is' },
  { name: 'build', title: 'Environments' },
  { name: 'work', title: 'Work on them' },
  { name: 'about', title: 'Help' },
];

const environment: ArgumentSpec = {
  name: 'environment',
  kind: 'environment',
  written: '<env>',
  summary: 'the environment',
  required: true,
};
const node: ArgumentSpec = {
  name: 'node',
  kind: 'node',
  written: '<env>[/node]',
  summary: 'the environment, or one node of it',
  required: true,
};

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandSpec[] = [
  commandSpec({
    verb: 'envs',
    group: 'look',
    summary: 'list the environments and their states',
    details: 'Shows every environment: its blueprint, its state, its nodes and who created it.',
    examples: [{ line: 'envs', does: 'what is there now' }],
    role: 'observer',
    also: ['ls', 'list', 'env', 'environment', 'environments'],
  }),
  commandSpec({
    verb: 'blueprints',
    group: 'look',
    summary: 'list the blueprints, or show one',
    details:
      'Without a name: every blueprint in one line. With one: its roles, parameters, steps and checks.',
    arguments: [{ name: 'blueprint', kind: 'blueprint', written: '<blueprint>', summary: 'the one to show' }],
    examples: [
      { line: 'blueprints', does: 'what can be provisioned' },
      { line: 'blueprints essex', does: 'its parameters and steps' },
    ],
    role: 'observer',
    also: ['templates', 'recipes', 'barclamps'],
  }),
  commandSpec({
    verb: 'pool',
    group: 'look',
    summary: 'show the pools and their free machines',
    details:
      'Without a name: every pool with its kind, its size and what is free. With one: its machines and who has them.',
    arguments: [{ name: 'pool', kind: 'pool', written: '<pool>', summary: 'the one to show' }],
    examples: [
      { line: 'pool', does: 'how many machines are free' },
      { line: 'pool lab', does: 'which machine serves which environment' },
    ],
    role: 'observer',
    also: ['pools', 'nodes', 'machines', 'hosts'],
  }),
  commandSpec({
    verb: 'provision',
    group: 'build',
    summary: 'create an environment and bring it to its blueprint',
    details:
      'Takes machines from a pool and runs the steps of the blueprint. An environment that exists is brought to its blueprint again, with what is changed here: steps that are done are skipped. When all steps and checks are good, the result becomes its baseline. A new environment needs `from`.',
    arguments: [
      { ...environment, summary: 'its name: small letters, digits and -' },
      {
        name: 'blueprint',
        kind: 'blueprint',
        written: '<blueprint>',
        after: 'from',
        summary: 'the blueprint; one that exists keeps its own',
      },
      {
        name: 'pool',
        kind: 'pool',
        written: 'pool=…',
        key: true,
        summary: 'the pool; the first one if not given',
      },
    ],
    flags: [{ name: 'plan', summary: 'show what would run, and change nothing' }],
    settings: 'a parameter of the blueprint, or how many nodes a role gets (`compute=3`)',
    examples: [
      { line: 'provision demo from hello', does: 'the smallest one, in seconds' },
      { line: 'provision ex from essex size=mini', does: 'Keystone and Glance on one node' },
      { line: 'provision ex from essex compute=3 plan', does: 'what would run, on which machines' },
    ],
    role: 'participant',
    changes: true,
    also: [
      'create',
      'deploy',
      'up',
      'build',
      'make',
      'install',
      'new',
      'launch',
      'start',
      'converge',
      'apply',
    ],
  }),
  commandSpec({
    verb: 'snapshot',
    group: 'build',
    summary: 'keep an environment as it is now, under a name',
    details:
      'Keeps the disks of all its nodes, while they go on running. A snapshot of the same name is replaced.',
    arguments: [
      environment,
      {
        name: 'name',
        kind: 'snapshot',
        written: '<name>',
        required: true,
        summary: 'what to call it: small letters, digits and -; not `baseline`',
      },
    ],
    examples: [{ line: 'snapshot ex before-tuning', does: 'something to come back to' }],
    role: 'participant',
    changes: true,
    also: ['snap', 'save', 'keep', 'backup'],
  }),
  commandSpec({
    verb: 'reset',
    group: 'build',
    summary: 'bring an environment back to its baseline or a snapshot',
    details: 'Everything that was changed since is lost. Without `to`: back to the baseline.',
    arguments: [
      environment,
      {
        name: 'name',
        kind: 'snapshot',
        written: '<name>',
        after: 'to',
        summary: 'a snapshot, or `baseline`',
      },
    ],
    examples: [
      { line: 'reset ex', does: 'back to the baseline' },
      { line: 'reset ex to before-tuning', does: 'back to a snapshot' },
    ],
    role: 'participant',
    changes: true,
    also: ['restore', 'revert', 'rollback', 'undo', 'reinstall'],
  }),
  commandSpec({
    verb: 'destroy',
    group: 'build',
    summary: 'give the machines of an environment back',
    details:
      'The machines, their snapshots and the baseline are gone; the record of its runs stays. For operators, and for the person who created the environment.',
    arguments: [environment],
    examples: [{ line: 'destroy demo', does: 'give its machines back to the pool' }],
    role: 'operator',
    creatorRole: 'participant',
    changes: true,
    also: ['delete', 'remove', 'rm', 'drop', 'down', 'teardown', 'terminate', 'kill'],
  }),
  commandSpec({
    verb: 'status',
    group: 'work',
    summary: 'show how an environment stands, step by step',
    details:
      'The board of its latest run, with a link to the live page. Without a name: all environments in short.',
    arguments: [{ name: 'environment', kind: 'environment', written: '<env>', summary: 'the environment' }],
    examples: [{ line: 'status ex', does: 'what runs, what is done, what failed' }],
    role: 'observer',
    also: ['state', 'show', 'board', 'progress', 'info', 'describe'],
  }),
  commandSpec({
    verb: 'logs',
    group: 'work',
    summary: 'show output of the latest run',
    details: 'The last lines of the output, of all its nodes and steps or of one. The page has all of it.',
    arguments: [
      node,
      { name: 'step', kind: 'step', written: '<step>', summary: 'only this step or check' },
      { name: 'tail', kind: 'count', written: 'tail=N', key: true, summary: 'how many lines, 1 to 10000' },
    ],
    examples: [
      { line: 'logs ex', does: 'the end of it' },
      { line: 'logs ex/controller-1 keystone tail=50', does: 'the last 50 lines of one step on one node' },
    ],
    role: 'observer',
    also: ['log', 'output', 'tail', 'journal'],
  }),
  commandSpec({
    verb: 'inspect',
    group: 'work',
    summary: 'gather facts: system, packages, services, settings',
    details:
      'Looks at the nodes and shows what is there. Topics: os, packages, services, ports, users, mounts, files, settings, and those of the blueprint.',
    arguments: [node, { name: 'topic', kind: 'topic', written: '<topic>', summary: 'only this topic' }],
    examples: [
      { line: 'inspect ex', does: 'an overview' },
      { line: 'inspect ex/controller-1 services', does: 'the services of one node' },
    ],
    role: 'participant',
    also: ['facts', 'gather', 'look', 'audit'],
  }),
  commandSpec({
    verb: 'verify',
    group: 'work',
    summary: 'run the checks of the blueprint',
    details: 'Every check tells its evidence: what it saw, on which node.',
    arguments: [environment],
    examples: [{ line: 'verify ex', does: 'is it good?' }],
    role: 'participant',
    also: ['check', 'test', 'validate'],
  }),
  commandSpec({
    verb: 'diff',
    group: 'work',
    summary: 'show what differs from the baseline or another one',
    details:
      'Compares facts, the most telling difference first; addresses, ids and times are left out. Without a second name: against its own baseline.',
    arguments: [
      environment,
      {
        name: 'other',
        kind: 'comparison',
        written: '<env> or baseline',
        summary: 'another environment, or `baseline`',
      },
    ],
    examples: [
      { line: 'diff ex', does: 'what was changed since it was good' },
      { line: 'diff ex demo', does: 'where two environments differ' },
    ],
    role: 'observer',
    also: ['compare', 'difference', 'drift', 'changes'],
  }),
  commandSpec({
    verb: 'run',
    group: 'work',
    summary: 'run a command on nodes, equal answers folded',
    details:
      'What follows -- goes to /bin/sh on every node of the environment, the role or the one node, exactly as typed. Nodes with the same answer are shown together.',
    arguments: [
      {
        ...node,
        written: '<env>[/node or role]',
        summary: 'the environment, one node of it, or all nodes of a role',
      },
    ],
    rest: 'a shell command, or several lines of them',
    examples: [
      { line: 'run ex -- uname -a', does: 'on all nodes' },
      { line: 'run ex/compute -- df -h / | tail -1', does: 'on the nodes of one role' },
    ],
    role: 'participant',
    changes: true,
    also: ['exec', 'execute', 'sh', 'shell', 'ssh', 'cmd', 'command'],
  }),
  commandSpec({
    verb: 'cancel',
    group: 'work',
    summary: 'stop what runs on an environment',
    details: 'Ends the steps that are under way, with all their processes. What they did so far stays.',
    arguments: [environment],
    examples: [{ line: 'cancel ex', does: 'stop the run' }],
    role: 'participant',
    changes: true,
    also: ['stop', 'abort', 'halt', 'interrupt'],
  }),
  commandSpec({
    verb: 'retry',
    group: 'work',
    summary: 'go on with the last run from what did not get done',
    details:
      'Steps that are done stay done; what failed, broke or was cancelled runs again, and then what needs it. Where nobody knows whether a step ran, say so first: `resolve`.',
    arguments: [environment],
    examples: [{ line: 'retry ex', does: 'go on after a failure' }],
    role: 'participant',
    changes: true,
    also: ['again', 'resume', 'continue', 'redo', 'rerun'],
  }),
  commandSpec({
    verb: 'resolve',
    group: 'work',
    summary: 'say what became of a step that left no answer',
    details:
      'A step whose node rebooted, or was reset, in its middle is unknown: it is never repeated by itself unless its blueprint says `repeatable`. Look, then say `done` (what needs it goes on), `again` (run it once more) or `failed`.',
    arguments: [
      environment,
      {
        name: 'task',
        kind: 'task',
        written: '<step>[@node]',
        summary: 'the step, or one node of it',
        required: true,
      },
      {
        name: 'answer',
        kind: 'word',
        written: '<done|again|failed>',
        summary: 'what became of it',
        required: true,
        choices: ['done', 'again', 'failed'],
      },
    ],
    examples: [
      { line: 'resolve ex install@compute-1 again', does: 'run it once more' },
      { line: 'resolve ex install done', does: 'it got done on every node' },
    ],
    role: 'participant',
    changes: true,
    also: ['settle', 'decide'],
  }),
  commandSpec({
    verb: 'help',
    group: 'about',
    summary: 'list the commands, or tell more of one',
    details: 'The same is shown by `<command> --help` and `<command> ?`.',
    arguments: [
      { name: 'topic', kind: 'verb', written: '<command>', summary: 'the command to tell more of' },
    ],
    examples: [
      { line: 'help', does: 'all commands' },
      { line: 'help provision', does: 'one of them' },
    ],
    role: 'observer',
    also: ['h', 'man', 'usage', 'commands', 'hello', 'hi'],
  }),
  commandSpec({
    verb: 'whoami',
    group: 'about',
    summary: 'show who you are here, and your role',
    details: 'The account that the chat service vouches for, and the role it has.',
    examples: [{ line: 'whoami', does: 'your account and role' }],
    role: 'observer',
    also: ['me', 'who', 'id', 'role'],
  }),
];

const BY_VERB = new Map<string, CommandSpec>(COMMANDS.map((spec) => [spec.verb, spec]));

/** The spec of a command; every verb has one. */
export function specOf(verb: Verb): CommandSpec {
  const spec = BY_VERB.get(verb);
  if (spec === undefined) throw new Error(`the command registry has no entry for ${verb}`);
  return spec;
}

/** The spec of what was typed as a verb, in small letters or not; null if there is no such command. */
export function findSpec(word: string): CommandSpec | null {
  return BY_VERB.get(word.toLowerCase()) ?? null;
}
