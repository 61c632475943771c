import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Role, Verb } from './command.ts';
import { COMMANDS, GROUPS, specOf } from './registry.ts';
import type { CommandSpec } from './spec.ts';

const BEGIN = 'More of one: help <command>. To begin: provision demo from hello';

/** The answer to `help` (topic null) and `help <verb>`. */
export function help(topic: Verb | null): OutgoingMessage {
  return topic === null ? overview() : helpFor(specOf(topic));
}

function overview(): OutgoingMessage {
  const groups = GROUPS.map(({ name, title }) => ({
    title,
    specs: COMMANDS.filter((spec) => spec.group === name),
  }));
  const lines = groups.map(({ title, specs }) => `${title}: ${specs.map((spec) => spec.verb).join(', ')}`);
  return {
    text: [...lines, BEGIN].join('\n'),
    blocks: [
      ...groups.map(
        ({ title, specs }) =>
          ({
            type: 'table',
            columns: [title, ''],
            rows: specs.map((spec) => [spec.usage, spec.summary]),
          }) as const,
      ),
      { type: 'text', text: BEGIN },
    ],
    blocksAre: 'restated',
  };
}

function helpFor(spec: CommandSpec): OutgoingMessage {
  const parts = [
    ...spec.arguments.map((argument) => [argument.written, argument.summary]),
    ...(spec.settings === null ? [] : [['key=value', spec.settings]]),
    ...spec.flags.map((flag) => [flag.name, flag.summary]),
    ...(spec.rest === null ? [] : [['-- <command>', spec.rest]]),
  ];
  const example = spec.examples[0]?.line;
  return {
    text: [spec.usage, `${spec.summary}. ${spec.details}`, `For: ${whoMay(spec)}. Example: ${example}`].join(
      '\n',
    ),
    blocks: [
      ...(parts.length === 0 ? [] : [{ type: 'table', columns: ['Part', 'Meaning'], rows: parts } as const]),
      {
        type: 'table',
        columns: ['Example', 'Does'],
        rows: spec.examples.map(({ line, does }) => [line, does]),
      },
    ],
  };
}

/** `operators and admins, and who created the environment`. */
export function whoMay(spec: Pick<CommandSpec, 'role' | 'creatorRole'>): string {
  const people: Readonly<Record<Role, string>> = {
    observer: 'everybody',
    participant: 'participants, operators and admins',
    operator: 'operators and admins',
    admin: 'admins',
  };
  return people[spec.role] + (spec.creatorRole === null ? '' : ', and who created the environment');
}
