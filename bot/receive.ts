import type { IncomingMessage } from '../adapters/adapter.ts';
import type { OutgoingMessage } from '../adapters/message.ts';
import { isAway, whenBack } from '../db/away.ts';
import type { Queryable } from '../db/client.ts';
import { type Duty, DutyLost } from '../db/duties.ts';
import { type Environment, findEnvironment, listEnvironments } from '../db/environments.ts';
import { putMessage } from '../db/outbox.ts';
import { withoutValues } from '../db/query-error.ts';
import {
  noteAnswered,
  noteReceived,
  noteRefused,
  type ReceivedMessage,
  unanswered,
  wasReceived,
} from '../db/received.ts';
import { runOfCause } from '../db/runs.ts';
import { Refusal } from '../engine/refusal.ts';
import { oneLine } from '../sessions/said.ts';
import { admissionFor } from './admission.ts';
import { orAskApproval } from './ask-approval.ts';
import { type Deed, noDeedYet, noteCutOff, noteDeed } from './audit/deed.ts';
import { secretsOf } from './audit/secrets.ts';
import { authorize } from './command/authorize.ts';
import type { Command, Verb } from './command/command.ts';
import { nearest } from './command/nearest.ts';
import { parse } from './command/parse.ts';
import { specOf } from './command/registry.ts';
import { onDuty } from './duty/held.ts';
import { forOne } from './for-one.ts';
import { HANDLERS } from './handlers/all.ts';
import type { Handler, Request, Services } from './handlers/handler.ts';
import type { KnownNames } from './known-names.ts';
import { createLeftBehind } from './left-behind.ts';
import { createRefused } from './refused.ts';
import {
  cutOff,
  databaseAway,
  flooding,
  mistake,
  notAllowed,
  refusal,
  startedBefore,
  trouble,
} from './replies/refusals.ts';
import { createSpeakers } from './speakers.ts';
import { createTurns } from './turns.ts';
import type { Unsaid } from './unsaid.ts';
import { environmentNeeds, takePart, whoAndWhere } from './who-and-where.ts';

export interface ReceiveOptions extends Services {
  readonly names: KnownNames;
  /** Answers that are not said yet: who has many of them waits. */
  readonly unsaid: Unsaid;
  readonly log: (line: string) => void;
}

/** Messages that are worked on at a time; more would only wait for the database. */
const AT_ONCE = 8;
/** Messages of one person that may wait; what comes beyond that is not looked at, and the person is told once. */
const MOST_WAITING = 12;
/** Messages that were not looked at and wait to be noted as such. */
const MOST_REFUSED = 5_000;

/**
 * Takes a message in: once, parsed, allowed, handled, answered. Never rejects. With a duty only as long as this process has
 * it: one that was paused hears what was said meanwhile, when another one has taken its place.
 */
export interface Receive {
  (message: IncomingMessage, duty: Duty | null): Promise<void>;
  /** This process has the duty now: what it heard when it had it last, and could not take in any more, is taken in. */
  begin(duty: Duty): void;
}

export function createReceive(options: ReceiveOptions): Receive {
  const { database, log, unsaid } = options;
  const turns = createTurns({ atOnce: AT_ONCE, mostWaiting: MOST_WAITING, room: unsaid.room });
  const speakers = createSpeakers(database);
  const refused = createRefused({ database, log, mostWaiting: MOST_REFUSED });
  const leftBehind = createLeftBehind();
  const inHand = new Set<string>();
  let asked: Promise<unknown> = Promise.resolve();

  return Object.assign(receive, {
    begin(duty: Duty): void {
      for (const message of leftBehind.begin(duty)) void receive({ ...message, late: true }, duty);
    },
  });

  async function receive(heard: IncomingMessage, duty: Duty | null): Promise<void> {
    const message = withPlainName(heard);
    // One that comes again while it waits here must not be refused: that would stand for both.
    const key = `${duty?.generation} ${causeOf(message.adapter, message.id)}`;
    if (inHand.has(key)) return;
    inHand.add(key);
    try {
      if (message.late && (await isKnown(message))) return;
      const taken = await inTurn(message, duty);
      if (taken !== 'done') await refuse(message, duty, taken.first);
    } catch (error) {
      if (error instanceof DutyLost) {
        const again = duty && leftBehind.keep(heard, duty);
        if (again) void receive({ ...heard, late: true }, again);
        return;
      }
      log(`${message.channel}: a message could not be answered: ${withoutValues(error as Error)}`);
    } finally {
      inHand.delete(key);
    }
  }

  /** Too many wait already: the person is told at the first. */
  function refuse(message: IncomingMessage, duty: Duty | null, isFirst: boolean): Promise<unknown> {
    if (!isFirst) return refused.note(asReceived(message), duty);
    return onDuty(database, duty, async (tx) => {
      await noteRefused(tx, [asReceived(message)]);
      await answer(tx, message, flooding(message.sender.display, MOST_WAITING, firstWords(message.text)));
    });
  }

  /** What was acted on before must not count as a flood when it is read again. Asked one after the other, so that the order stays. */
  function isKnown({ adapter, id }: IncomingMessage): Promise<boolean> {
    const known = asked.then(() => whenBack(() => wasReceived(database.db, adapter, id)));
    asked = known.catch(() => {});
    return known;
  }

  async function inTurn(message: IncomingMessage, duty: Duty | null) {
    const { speaker, done } = speakers.begin(message);
    try {
      return await turns.take(speaker, () => take(message, duty), personIn(message));
    } finally {
      done();
    }
  }

  async function take(message: IncomingMessage, duty: Duty | null): Promise<void> {
    const { adapter, id } = message;
    const received = asReceived(message);
    if (!(await whenBack(() => onDuty(database, duty, (tx) => noteReceived(tx, received))))) return;
    const deed = noDeedYet();
    const response = await respond(options, message, deed);
    const said = await whenBack(async () => {
      const secrets = await secretsOf(options, deed);
      return database.db.transaction(async (tx) => {
        // Unless another process has taken this chat over and has answered.
        if (!(await noteAnswered(tx, adapter, id))) return null;
        await noteDeed(tx, message, deed, response, secrets);
        return answer(tx, message, response);
      });
    });
    if (said !== null) unsaid.put(personIn(message), said);
  }
}

function asReceived({ adapter, id, channel, text, replyTo, sender }: IncomingMessage): ReceivedMessage {
  const about = firstWords(text);
  return { adapter, messageId: id, channel, about, replyTo: replyTo ?? null, identity: sender.identity };
}

/** Longer names fill others' lines. */
const LONGEST_NAME = 60;

/** People choose their names, and the bot repeats them: on one line, and in the direction that the rest is read in. */
function withPlainName(message: IncomingMessage): IncomingMessage {
  const { sender } = message;
  const display =
    [...oneLine(sender.display)].slice(0, LONGEST_NAME).join('') || (sender.identity ?? 'somebody');
  return { ...message, sender: { ...sender, display } };
}

/** One person in one channel: so many answers to them may wait to be said there. */
function personIn({ channel, sender }: IncomingMessage): string {
  return `${channel} ${sender.identity ?? sender.display}`;
}

/**
 * Answers what an earlier process took in and could not answer before it ended: what was started, or that nobody knows.
 * Nothing is done again. Call when the adapter's messages are this process's, before it takes any.
 */
export async function answerCutOff(
  { database, links }: Pick<ReceiveOptions, 'database' | 'links'>,
  adapter: string,
  duty: Duty | null,
): Promise<void> {
  for (const message of await unanswered(database.db, adapter, new Date())) {
    const run = await runOfCause(database.db, causeOf(message.adapter, message.messageId));
    await onDuty(database, duty, async (tx) => {
      if (!(await noteAnswered(tx, message.adapter, message.messageId))) return;
      await noteCutOff(tx, message, run);
      const told = run ? startedBefore(message.about, links.run(run.id)) : cutOff(message.about);
      await say(tx, message, forOne(message.channel, message.identity ?? null, told));
    });
  }
}

function answer(tx: Queryable, to: IncomingMessage, message: OutgoingMessage): Promise<number> {
  return say(tx, to, forOne(to.channel, to.sender.identity, message));
}

function say(
  tx: Queryable,
  to: { adapter: string; channel: string; replyTo?: string | null },
  message: OutgoingMessage,
): Promise<number> {
  const { adapter, channel, replyTo = null } = to;
  return putMessage(tx, { adapter, channel, replyTo, board: null, message });
}

const causeOf = (adapter: string, messageId: string) => `${adapter} ${messageId}`;

/** Verb and environment; parameters may be secret, and what follows `link` is. */
function firstWords(text: string): string {
  const words = text.trim().split(/\s+/);
  return words
    .slice(0, words[0]?.toLowerCase() === 'link' ? 1 : 2)
    .join(' ')
    .slice(0, 60);
}

/** The answer to a message, whatever happens; `deed` gets what becomes known for the audit. */
async function respond(
  options: ReceiveOptions,
  message: IncomingMessage,
  deed: Deed,
): Promise<OutgoingMessage> {
  try {
    const parsed = parse(message.text, await options.names.read());
    if (!parsed.ok) return mistake(parsed.problem);
    deed.command = parsed.command;
    const answer = await act(options, message, parsed.command, deed);
    // Some refusals are no errors: what they noted is to stay.
    if (answer.kind === 'refusal') deed.result = 'refused';
    return answer;
  } catch (error) {
    deed.result = error instanceof Refusal ? 'refused' : 'failed';
    if (error instanceof Refusal) return refusal(error);
    // What follows the first words may be secret, and so may the values of a query that failed.
    options.log(
      `${message.channel}: "${firstWords(message.text)} …" broke: ${withoutValues(error as Error)}`,
    );
    return isAway(error) ? whatCameOfIt(options, message) : trouble(error as Error);
  }
}

/** The database went away in the middle of a command: a run was started and written down, or it was not. */
function whatCameOfIt(
  { database, links }: ReceiveOptions,
  message: IncomingMessage,
): Promise<OutgoingMessage> {
  return whenBack(async () => {
    const run = await runOfCause(database.db, causeOf(message.adapter, message.id));
    return databaseAway(firstWords(message.text), run && links.run(run.id));
  });
}

async function act(
  options: ReceiveOptions,
  message: IncomingMessage,
  command: Command,
  deed: Deed,
): Promise<OutgoingMessage> {
  const { sender, session } = await whoAndWhere(options, message);
  deed.sender = sender;
  deed.session = session;
  const environment = await namedEnvironment(options, command);
  const decision = authorize(sender.role, specOf(command.verb), {
    verified: sender.identity !== null,
    isUnsure: sender.isUnsure,
    limited: sender.limited,
    environmentNeeds: environmentNeeds(options, command),
    isCreator: environment?.createdBy != null && environment.createdBy === sender.person?.id,
  });
  if (!decision.allowed) {
    deed.result = 'refused';
    return notAllowed(decision.reason, options.admins);
  }
  await takePart(options, message.channel, session, sender, command.verb);
  const by = {
    personId: sender.person?.id ?? null,
    display: sender.person?.name ?? sender.display,
    channel: message.channel,
    command: message.text.trim(),
    cause: causeOf(message.adapter, message.id),
    sessionId: session?.id ?? null,
  };
  const { channel, privately = null } = message;
  const { touched } = deed;
  const request: Request = { command, sender, environment, by, channel, privately, session, touched };
  const admit = admissionFor(options, request);
  const handler = HANDLERS[command.verb] as Handler<Verb>;
  return orAskApproval(options, request, () => handler(options, { ...request, by: { ...by, admit } }));
}

/** The environment that a command is about; only `provision` may name one that does not exist. */
async function namedEnvironment({ database }: ReceiveOptions, command: Command): Promise<Environment | null> {
  if (!('environment' in command) || command.environment === null) return null;
  const environment = await findEnvironment(database.db, command.environment);
  if (environment || command.verb === 'provision') return environment;
  const names = (await listEnvironments(database.db)).map((row) => row.name);
  const near = nearest(command.environment, names);
  throw new Refusal(
    `there is no environment ${command.environment}`,
    near
      ? `did you mean ${near}?`
      : names.length > 0
        ? `environments here: ${names.join(', ')}`
        : 'make one: provision demo from hello',
  );
}
