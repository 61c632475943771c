import { type CommandSpec, commandSpec } from '../spec.ts';
import { LOG_LINES } from '../tail-lines.ts';
import { environment, node } from './arguments.ts';

/** Work on environments. */
export const WORK: readonly CommandSpec[] = [
  commandSpec({
    verb: 'status',
    group: 'work',
    summary: 'show how an environment stands, step by step',
    details:
      'How it stands and how its latest run ended, with a link to the live page; the board of that run while it goes on, or if it did not succeed. Without a name: all environments in short.',
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
      {
        ...{ name: 'tail', kind: 'count', written: 'tail=N', key: true, most: LOG_LINES.most },
        summary: `how many lines, 1 to ${LOG_LINES.most}; ${LOG_LINES.usual} if not given`,
      },
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
      'Looks at the nodes and shows what is there, and what changed since they were last looked at. Topics: os, clock, packages, services, ports, users, groups, mounts, sysctl, modules, files, modes, settings, and those of the blueprint.',
    arguments: [node, { name: 'topic', kind: 'topic', written: '<topic>', summary: 'only this topic' }],
    examples: [
      { line: 'inspect ex', does: 'an overview' },
      { line: 'inspect ex/controller-1 services', does: 'the services of one node' },
    ],
    role: 'participant',
    also: ['facts', 'gather', 'look'],
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
    verb: 'repair',
    group: 'work',
    summary: 'mend what checks found wrong, where the blueprint says how',
    details:
      'Where a check failed that names a step to mend it (`repair` in the blueprint), that step runs on the nodes where it failed, and then the checks that had not passed are asked again. Nothing else is touched, and the baseline stays what it was. `verify` or a schedule finds what is wrong, and offers this.',
    arguments: [environment],
    examples: [{ line: 'repair ex', does: 'after a verify that failed and offers it' }],
    role: 'participant',
    changes: true,
    also: ['fix', 'mend', 'heal', 'refresh'],
  }),
  commandSpec({
    verb: 'diff',
    group: 'work',
    summary: 'show what differs from the baseline or another one',
    details:
      'Compares facts, the most telling difference first; addresses, ids and times are left out. Without a second name: against its own baseline. `2h-ago`: against what was last seen of it by then; `run-12`: against what that run found.',
    arguments: [
      environment,
      {
        name: 'other',
        kind: 'comparison',
        written: '<env> or baseline',
        summary: 'another environment, `baseline`, a snapshot, a time (`2h-ago`) or a run (`run-12`)',
      },
    ],
    examples: [
      { line: 'diff ex', does: 'what was changed since it was good' },
      { line: 'diff ex demo', does: 'where two environments differ' },
      { line: 'diff ex 2h-ago', does: 'what changed in two hours' },
    ],
    // It looks at the nodes, and nothing else begins on the environment meanwhile.
    role: 'participant',
    also: ['compare', 'difference', 'drift', 'changes'],
  }),
  commandSpec({
    verb: 'schedule',
    group: 'work',
    summary: 'look for drift again and again, and tell of it',
    details:
      'Runs the checks and compares with the baseline, as often as it says, when nothing else runs on the environment. Told once when something is wrong, once when it is well again, and not otherwise. Without more words: shows the schedule.',
    arguments: [
      environment,
      {
        name: 'what',
        kind: 'word',
        written: '<verify|off>',
        summary: 'what to do',
        choices: ['verify', 'off'],
      },
      {
        name: 'every',
        kind: 'duration',
        written: '<interval>',
        after: 'every',
        summary: '1m to 30d; 30m if not given',
      },
    ],
    examples: [
      { line: 'schedule ex verify every 30m', does: 'always ready, never finished' },
      { line: 'schedule ex', does: 'when it was last looked at, and what was found' },
      { line: 'schedule ex off', does: 'no more' },
    ],
    // Setting one needs a participant: handlers/schedules.ts.
    role: 'observer',
    also: ['cron', 'repeat', 'watch', 'monitor', 'timer'],
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
      'Steps that are done stay done; what failed, broke or was cancelled runs again, and then what needs it. Who has looked or mended by hand since (`run`, `verify`, `diff` …) goes on with the provision or reset before that. Where nobody knows whether a step ran, say so first: `resolve`. From then on it is the run of who retries it, who is told how it ends.',
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
];
