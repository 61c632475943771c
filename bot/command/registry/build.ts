import { type CommandSpec, commandSpec } from '../spec.ts';
import { environment } from './arguments.ts';

/** Environments: made, kept, brought back, given up. */
export const BUILD: readonly CommandSpec[] = [
  commandSpec({
    verb: 'provision',
    group: 'build',
    summary: 'create an environment and bring it to its blueprint',
    details:
      'Takes machines from a pool and runs the steps of the blueprint. An environment that exists is brought to its blueprint again, with what is changed here: its steps run again, but for those whose `done_if` says that there is nothing to do. `retry` goes on with a run that did not get done instead. When all steps and checks are good, the result becomes its baseline. A new environment needs `from`.',
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
      { line: 'provision ex from essex', does: 'a whole OpenStack on a controller and a compute node' },
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
      'Keeps the disks of all its nodes, while they go on running, and its facts. A snapshot of the same name is replaced. In a pool that keeps no disks only the facts: something to compare with, not to reset to.',
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
    verb: 'promote',
    group: 'build',
    summary: 'make an environment as it is now its baseline',
    details:
      'What `reset` goes back to and `diff` compares with from now on. Only when it was verified, with all checks passed, after the last thing that was done to it. In a pool that keeps no disks the baseline is its facts; `reset` goes by the teardown steps of the blueprint there.',
    arguments: [environment],
    examples: [{ line: 'promote ex', does: 'this is what it should be like' }],
    role: 'participant',
    changes: true,
    also: ['bless', 'baseline', 'commit'],
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
];
