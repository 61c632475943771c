import type { OutgoingMessage } from '../../adapters/message.ts';
import type { AuditEntry } from '../../db/audit.ts';
import { atSecond, count, short } from './words.ts';

/** What was asked for, by whom, and what became of it. */
export function auditList(entries: readonly AuditEntry[]): OutgoingMessage {
  const last = entries.at(-1);
  return {
    text: `${count(entries.length, 'command')}, the last: ${last === undefined ? '' : line(last)}`,
    blocks: [
      {
        type: 'table',
        columns: ['UTC', 'who', 'where', 'command', 'result'],
        rows: entries.map((entry) => [
          entry.at.toISOString().slice(5, 19).replace('T', ' '),
          `${who(entry)} (${entry.identity ?? 'not vouched for'})`,
          entry.channel,
          short(entry.command, 80),
          short(result(entry), 80),
        ]),
      },
    ],
  };
}

function line(entry: AuditEntry): string {
  return `${atSecond(entry.at)} ${who(entry)}: ${short(entry.command, 80)} — ${short(result(entry), 120)}`;
}

function who({ person, display }: AuditEntry): string {
  return person ?? display;
}

/** `refused: ex is held by bob …`; of a run, how it ended. */
function result({ result, answer, runId, runState }: AuditEntry): string {
  if (runId !== null) return `run ${runId} ${runState ?? ''}`.trim();
  return result === 'done' ? 'done' : `${result}: ${answer}`;
}
