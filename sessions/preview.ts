/** What is going to happen, as people are shown it before they agree; kept with the approval, secrets masked. */
export interface Preview {
  readonly kind: string;
  /** The command whose run is gone on with; absent: none is. */
  readonly repeats?: string;
  readonly nodes: readonly string[];
  /** In the order of the plan; the title of a command is its script. */
  readonly steps: readonly {
    readonly title: string;
    readonly nodes: number;
    readonly destructive: boolean;
  }[];
}

export interface Previewed {
  readonly id: number;
  readonly state: string;
  readonly asker: string;
  readonly environment: string;
  readonly command: string;
  readonly why: string;
  readonly preview: Preview;
  readonly needed: number;
  readonly role: string;
  readonly expiresAt: Date;
}

/** All of an approval as text, nothing cut and nothing invisible: what people read before they agree. Pure. */
export function wholeApproval(approval: Previewed): string {
  const { id, state, asker, environment, command, why, preview, needed, role, expiresAt } = approval;
  const { nodes, steps, repeats } = preview;
  const persons = `${needed} ${needed === 1 ? 'person' : 'persons'}`;
  return seen(
    [
      `Approval ${id} (${state}, until ${expiresAt.toISOString()})`,
      `It takes ${persons} who are ${role} or more, other than ${asker}: ${why}`,
      '',
      `What ${asker} wants, on ${environment}:`,
      indented(command),
      ...(repeats === undefined ? [] : ['', 'which goes on with what is left of:', indented(repeats)]),
      '',
      'Steps:',
      ...steps.map(({ title, nodes: number, destructive }, at) =>
        indented(
          `${at + 1}. ${title}${number > 0 ? ` (on ${number} of the nodes)` : ''}${destructive ? ' (destructive)' : ''}`,
        ),
      ),
      '',
      `Nodes (${nodes.length}):`,
      indented(nodes.join(', ')),
      '',
    ].join('\n'),
  );
}

function indented(text: string): string {
  return text
    .split(/\r\n?|\n/)
    .map((line) => `  ${line}`)
    .join('\n');
}

/** What hides or reorders the text around it is written out. */
function seen(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\n' || character === '\t'
      ? character
      : `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`,
  );
}
