import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Run } from '../../db/runs.ts';
import { cited } from '../../engine/cited.ts';
import type { OutputLine } from '../../engine/output/read-lines.ts';

/** The last lines of a run's output, each with its node and step where they differ. `on`: the node that all of them are of, if that is to be told. */
export function logExcerpt(
  environment: string,
  run: Run,
  lines: readonly OutputLine[],
  link: string,
  on: string | null = null,
): OutgoingMessage {
  const nodes = new Set(lines.map((line) => line.node));
  const steps = new Set(lines.map((line) => line.step));
  const tag = (line: OutputLine) => {
    const parts = [nodes.size > 1 ? line.node : null, steps.size > 1 ? line.step : null].filter(Boolean);
    return parts.length > 0 ? `${parts.join(' ')}: ` : '';
  };
  return {
    text: `${environment}: ${lines.length === 1 ? 'the last line' : `the last ${lines.length} lines`} of ${cited(run.command)}${on === null ? '' : ` on ${on}`} (${run.state}), all of it: ${link}`,
    blocks: [
      {
        type: 'code',
        text: lines.map((line) => `${tag(line)}${line.text}`).join('\n'),
        endMatters: true,
      },
    ],
    link,
  };
}
