import type { Button, OutgoingMessage } from '../../adapters/message.ts';
import { inFewWords } from '../../db/query-error.ts';
import { Refusal } from '../../engine/refusal.ts';
import type { ParseProblem } from '../command/parse.ts';

/** A line that means nothing: what is wrong, the nearest right form, the help line. */
export function mistake({ message, suggestion, usage }: ParseProblem): OutgoingMessage {
  const next = suggestion ? `try: ${suggestion}` : `usage: ${usage}`;
  return { kind: 'refusal', text: `${capital(message)} — ${next}` };
}

/** A refusal of which the hint's commands can be pressed, too, where the service has buttons. */
export class RefusalWithButtons extends Refusal {
  readonly buttons: readonly Button[];
  constructor(message: string, hint: string, buttons: readonly Button[]) {
    super(message, hint);
    this.buttons = buttons;
  }
}

/** Something that cannot be done as things are, and what to type instead. */
export function refusal(error: Refusal): OutgoingMessage {
  const { message, hint } = error;
  return {
    kind: 'refusal',
    text: hint ? `${capital(message)} — ${hint}` : capital(message),
    ...(error instanceof RefusalWithButtons ? { buttons: error.buttons } : {}),
  };
}

/** Somebody may not do that: why, and who can. */
export function notAllowed(reason: string, admins: ReadonlySet<string>): OutgoingMessage {
  const who = [...admins].slice(0, 3).join(', ');
  return { kind: 'refusal', text: `Not allowed: ${reason}${who ? ` (admins here: ${who})` : ''}` };
}

/** Somebody says more than can be acted on. */
export function flooding(who: string, most: number, about: string): OutgoingMessage {
  return {
    kind: 'refusal',
    text: `${who}: ${most} of your commands wait already; "${about} …" and what comes now is not looked at. Wait for their answers, then say it again`,
  };
}

/** The bot ended before it could answer, but the run was written down. */
export function startedBefore(about: string, link: string): OutgoingMessage {
  return {
    kind: 'notice',
    text: `"${about} …" was started just before the bot was restarted; watch ${link}`,
  };
}

/** The bot ended in the middle of a command that starts no run, or had not started it. */
export function cutOff(about: string): OutgoingMessage {
  return {
    kind: 'refusal',
    text: `The bot was restarted before it could answer "${about} …". No run was started by it: look with status, and say it again if need be`,
  };
}

/** The database went away while a command was being worked on; `link`: to the run that it has started. */
export function databaseAway(about: string, link: string | null): OutgoingMessage {
  if (link !== null)
    return {
      kind: 'notice',
      text: `"${about} …" was started just before the database went away; watch ${link}`,
    };
  return {
    kind: 'refusal',
    mood: 'bad',
    text: `The database went away while "${about} …" was being worked on. No run was started by it: look with status, and say it again if need be`,
  };
}

/** Our own fault: said plainly, with what is safe to do next. */
export function trouble(error: Error): OutgoingMessage {
  return {
    kind: 'refusal',
    mood: 'bad',
    text: `That broke inside the bot: ${inFewWords(error)}. Nothing more will come of it; the log has the details. Try again, or look with: status`,
  };
}

/** `pool full` → `Pool full`; names that begin a sentence stay as they are typed. */
function capital(text: string): string {
  return /^(there|nothing|no|the|that|this|it|an?|so|only|what|missing)\b/.test(text)
    ? text.charAt(0).toUpperCase() + text.slice(1)
    : text;
}
