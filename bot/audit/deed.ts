import type { IncomingMessage } from '../../adapters/adapter.ts';
import type { OutgoingMessage } from '../../adapters/message.ts';
import { appendAudit } from '../../db/audit.ts';
import type { Queryable } from '../../db/client.ts';
import { environmentById } from '../../db/environments.ts';
import { personOfIdentity } from '../../db/people.ts';
import type { ReceivedMessage } from '../../db/received.ts';
import { type Run, runOfCause } from '../../db/runs.ts';
import { type AuditResult, BETWEEN_ENVIRONMENTS } from '../../db/schema/audit.ts';
import type { Session } from '../../db/sessions.ts';
import { maskText } from '../../engine/mask.ts';
import type { Command } from '../command/command.ts';
import type { Sender, Touched } from '../handlers/handler.ts';
import { short } from '../replies/words.ts';
import { shownCommand } from './shown-command.ts';

/** What somebody asked for, as far as it became known while it was worked on. A line that means nothing is no deed. */
export interface Deed {
  command: Command | null;
  sender: Sender | null;
  session: Session | null;
  readonly touched: Touched;
  result: AuditResult;
}

export function noDeedYet(): Deed {
  const touched = { environment: null, runId: null };
  return { command: null, sender: null, session: null, touched, result: 'done' };
}

/** Of what was about several environments at once; null: about none. */
export function allOf(environments: readonly string[]): string | null {
  return environments.length === 0 ? null : environments.join(BETWEEN_ENVIRONMENTS);
}

const LONGEST_ANSWER = 500;

/** Writes down who asked for what, where, and what became of it. `secrets`: never to be shown, beside what looks secret by itself. */
export async function noteDeed(
  tx: Queryable,
  message: IncomingMessage,
  { command, sender, session, touched, result }: Deed,
  answer: OutgoingMessage,
  secrets: readonly string[],
): Promise<void> {
  if (command === null) return;
  const run = await runOfCause(tx, `${message.adapter} ${message.id}`);
  await appendAudit(tx, {
    adapter: message.adapter,
    messageId: message.id,
    channel: message.channel,
    sessionId: session?.id ?? null,
    identity: message.sender.identity,
    display: message.sender.display,
    personId: sender?.person?.id ?? null,
    role: sender?.role ?? null,
    verb: command.verb,
    command: shownCommand(command, message.text, secrets),
    environment: ('environment' in command ? command.environment : null) ?? touched.environment,
    result,
    answer: shownAnswer(command, answer, secrets),
    runId: run?.id ?? (result === 'done' ? touched.runId : null),
  });
}

/** Codes that link accounts are for one pair of eyes. */
function shownAnswer({ verb }: Command, { text }: OutgoingMessage, secrets: readonly string[]): string {
  if ((verb as string) === 'link') return 'answered';
  return maskText(short(text, LONGEST_ANSWER), secrets);
}

/** What an earlier process took in and did not answer: only its first words are known, and from which account, if from any. */
export async function noteCutOff(tx: Queryable, message: ReceivedMessage, run: Run | null): Promise<void> {
  const { adapter, messageId, channel, about, identity = null } = message;
  const person = identity === null ? null : await personOfIdentity(tx, identity);
  const environment = run && (await environmentById(tx, run.environmentId)).name;
  await appendAudit(tx, {
    adapter,
    messageId,
    channel,
    sessionId: run?.sessionId ?? null,
    identity,
    display: run?.requester ?? person?.name ?? '?',
    personId: run?.personId ?? person?.id ?? null,
    role: null,
    verb: about.split(' ')[0]?.toLowerCase() ?? '',
    command: maskText(run?.command ?? about, []),
    environment,
    result: 'cut-off',
    answer: 'the bot was restarted before it could answer',
    runId: run?.id ?? null,
  });
}
