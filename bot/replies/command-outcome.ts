import type { OutgoingMessage } from '../../adapters/message.ts';
import { count } from './words.ts';

/** What one node answered to a command. */
export interface NodeAnswer {
  readonly node: string;
  readonly state: string;
  readonly exitCode: number | null;
  readonly detail: string | null;
  /** All of them, or the last ones: at least as many as a channel is told. */
  readonly lines: readonly string[];
  /** So many were printed. */
  readonly printed: number;
}

/** So many lines of an answer are told in a channel. */
export const MOST_LINES = 40;

/** `run`: the output of all nodes, folded by identical answer. */
export function commandOutcome(
  environment: string,
  answers: readonly NodeAnswer[],
  link: string,
  most = MOST_LINES,
): OutgoingMessage {
  const groups = new Map<string, NodeAnswer[]>();
  for (const answer of answers) {
    const key = JSON.stringify([answer.state, answer.exitCode, answer.printed, answer.lines]);
    groups.set(key, [...(groups.get(key) ?? []), answer]);
  }
  const failed = answers.filter((answer) => answer.state !== 'done');
  const blocks = [...groups.values()].flatMap((group) => groupBlocks(group, answers.length, most));
  const result =
    failed.length === 0
      ? `done on ${count(answers.length, 'node')}`
      : `failed on ${failed.length} of ${count(answers.length, 'node')}`;
  return { text: `${environment}: command ${result} ${link}`, blocks, link };
}

function groupBlocks(
  group: readonly NodeAnswer[],
  total: number,
  most: number,
): NonNullable<OutgoingMessage['blocks']> {
  const first = group[0] as NodeAnswer;
  const names =
    group.length === total && total > 1
      ? `all ${total} nodes`
      : group.map((answer) => answer.node).join(', ');
  const how =
    first.state === 'done'
      ? ''
      : first.exitCode
        ? ` (exit ${first.exitCode})`
        : ` (${first.detail ?? first.state})`;
  const cut = first.lines.length > most ? first.lines.slice(-most) : first.lines;
  const less = cut.length < first.printed ? `, the last ${cut.length} of ${first.printed} lines` : '';
  return [
    { type: 'text', text: `${names}${how}${less}${cut.length === 0 ? ': no output' : ':'}` },
    ...(cut.length > 0 ? [{ type: 'code', text: cut.join('\n'), endMatters: true } as const] : []),
  ];
}
