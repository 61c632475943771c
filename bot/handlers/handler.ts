import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Database } from '../../db/client.ts';
import type { Environment } from '../../db/environments.ts';
import type { Person } from '../../db/people.ts';
import type { Session } from '../../db/sessions.ts';
import type { BlueprintCatalogue } from '../../engine/catalogue.ts';
import type { Engine, Requester } from '../../engine/engine.ts';
import type { Provider } from '../../engine/provider.ts';
import type { Policy } from '../../sessions/policy.ts';
import type { Role } from '../../sessions/roles.ts';
import type { CommandOf, Verb } from '../command/command.ts';
import type { Links } from '../links.ts';

/** What handlers work with; made once. */
export interface Services {
  readonly database: Database;
  readonly engine: Engine;
  readonly catalogue: BlueprintCatalogue;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly links: Links;
  /** What is configured about people and environments. */
  readonly policy: Policy;
  /** Identities that the configuration names as admins. */
  readonly admins: ReadonlySet<string>;
  readonly now: () => Date;
}

/** Who sent a command, and from where. */
export interface Sender {
  /** The verified account; null: the service does not vouch for one. */
  readonly identity: string | null;
  /** There is no account since the service was asked for it and did not answer. */
  readonly isUnsure: boolean;
  readonly display: string;
  readonly person: Person | null;
  /** What the sender may be here: in the session of the channel, as far as the limits of the channel let it. */
  readonly role: Role;
  /** Why it is less than it might be; null: it is not. */
  readonly limited: string | null;
}

/** What a command turned out to be about while it was worked on; filled in then, and written down in the audit. */
export interface Touched {
  /** Where the line does not name it. */
  environment: string | null;
  /** The run that it began, went on with or asked to end. */
  runId: number | null;
}

/** One command, parsed and allowed. */
export interface Request<V extends Verb = Verb> {
  readonly command: CommandOf<V>;
  readonly sender: Sender;
  readonly by: Requester;
  /** Where it was typed. */
  readonly channel: string;
  /** Where its answer is read, if that is not where it was typed: of what an approval begins, where the last one agreed. */
  readonly answeredIn?: string;
  /** Where only the sender reads what is said; null: there is no such place. */
  readonly privately: string | null;
  /** The session of that channel; in a direct message, the one that the sender takes part in, if it is only one. */
  readonly session: Session | null;
  /** The environment that the command names, if it exists. */
  readonly environment: Environment | null;
  readonly touched: Touched;
}

/** A command without its words: who wants something where. */
export type Asking = Omit<Request, 'command' | 'by'>;

/** Answers a command. Throws a Refusal when it cannot be done as things are. */
export type Handler<V extends Verb> = (services: Services, request: Request<V>) => Promise<OutgoingMessage>;

export type Handlers = { readonly [V in Verb]: Handler<V> };
