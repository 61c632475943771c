import type { CommandOption, CommandShape, Guide } from '../../../adapters/adapter.ts';

/** What the bot would fill menus with, as a test needs it. */
export function guideOf(given: Partial<Guide> = {}): Guide {
  return {
    commands: COMMANDS,
    complete: async () => [],
    objection: async () => null,
    blueprintForm: async () => null,
    home: async () => [],
    heardIn: async () => [],
    received: async () => new Set(),
    ownedUp: async () => {},
    picture: async () => null,
    ...given,
  };
}

export function option(name: string, join = '{}', more: Partial<CommandOption> = {}): CommandOption {
  return { name, summary: `the ${name}`, required: false, completes: false, join, ...more };
}

const COMMANDS: readonly CommandShape[] = [
  { verb: 'envs', summary: 'list the environments', options: [] },
  {
    verb: 'provision',
    summary: 'create an environment',
    options: [
      option('environment', '{}', { required: true, completes: true }),
      option('blueprint', 'from {}', { completes: true }),
      option('pool', 'pool={}', { completes: true }),
      option('settings'),
      option('plan', '{}', { choices: ['plan'] }),
    ],
  },
  {
    verb: 'logs',
    summary: 'show output',
    options: [
      option('node', '{}', { required: true, completes: true }),
      option('tail', 'tail={}', { range: [1, 10_000] }),
    ],
  },
  {
    verb: 'resolve',
    summary: 'say what became of a step',
    options: [
      option('environment', '{}', { required: true, completes: true }),
      option('answer', '{}', { required: true, choices: ['done', 'again', 'failed'] }),
    ],
  },
  {
    verb: 'run',
    summary: 'run a command on nodes',
    options: [
      option('node', '{}', { required: true, completes: true }),
      option('command', '-- {}', { required: true }),
    ],
  },
];
