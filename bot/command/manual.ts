import { whoMay } from './help.ts';
import { COMMANDS, GROUPS } from './registry.ts';
import type { CommandSpec } from './spec.ts';

/** The text of docs/commands.md: Markdown, with a newline at its end. */
export function commandManual(): string {
  const parts = [INTRODUCTION];
  for (const group of GROUPS) {
    const specs = COMMANDS.filter((spec) => spec.group === group.name);
    parts.push(`## ${group.title}`, table(['command', 'does'], specs.map(row)), ...specs.map(section));
  }
  return `${parts.join('\n\n')}\n`;
}

const INTRODUCTION = `# Commands

<!-- Made from bot/command/registry.ts by \`npm run docs\`; do not edit. -->

In the terminal a command is typed as it is: \`status ex\`. On IRC it is addressed to the bot: \`!status ex\` or
\`deployday: status ex\`.

    verb [target] [words] [key=value …] [-- rest]

- \`<…>\` must be given, \`[…]\` may be. The order of \`key=value\` words does not matter.
- Quotes and backslashes are as in a shell, for values with spaces: \`key="two words"\` or \`"key=two words"\`. Nothing is expanded. The curly quotes
  and long dashes that phones put in are understood.
- What follows \`--\` is taken exactly as typed.
- Names of environments, snapshots and nodes are small letters, digits and \`-\`, at most 41 characters. \`baseline\`, \`from\`,
  \`to\` and \`plan\` cannot be names of environments.
- A line that is not understood is answered with what is wrong, the nearest line that is right, and the command's usage.
- Roles, each may do what the ones before it may: observer, participant, operator, admin. People whom the chat service does
  not vouch for are observers.`;

function row(spec: CommandSpec): string[] {
  return [`[\`${spec.usage}\`](#${spec.verb})`, spec.summary];
}

function section(spec: CommandSpec): string {
  const meanings = [
    ...spec.arguments.map((argument) => {
      const written =
        argument.after === undefined ? argument.written : `${argument.after} ${argument.written}`;
      return `- \`${written}\`: ${argument.summary}`;
    }),
    ...(spec.settings === null ? [] : [`- \`key=value\`: ${spec.settings}`]),
    ...spec.flags.map((flag) => `- \`${flag.name}\`: ${flag.summary}`),
    ...(spec.rest === null ? [] : [`- \`-- <command>\`: ${spec.rest}`]),
  ];
  const examples = spec.examples.map(({ line, does }) => [`\`${line}\``, does]);
  return [
    `### ${spec.verb}`,
    `    ${spec.usage}`,
    `${spec.details} For ${whoMay(spec)}.`,
    ...(meanings.length === 0 ? [] : [meanings.join('\n')]),
    table(['example', 'does'], examples),
  ].join('\n\n');
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
