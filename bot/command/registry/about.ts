import { type CommandSpec, commandSpec } from '../spec.ts';

/** Help. */
export const ABOUT: readonly CommandSpec[] = [
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
    also: ['me', 'id', 'role'],
  }),
];
