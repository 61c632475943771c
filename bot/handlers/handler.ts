import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Database } from '../../db/client.ts';
import type { Environment } from '../../db/environments.ts';
import type { Person } from '../../db/people.ts';
import type { Session } from '../../db/sessions.ts';
import type { BlueprintCatalogue } from '../../engine/catalogue.ts';
import type { Engine, Requester } from '../../engine/engine.ts';
import type { Provider } from '../../engine/provider.ts';
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
}

/** Who sent a command, and from where. */
export interface Sender {
  /** The verified account; null: the service does not vouch for one. */
  readonly identity: string | null;
  readonly display: string;
  readonly person: Person | null;
  readonly role: Role;
}

/** One command, parsed and allowed. */
export interface Request<V extends Verb = Verb> {
  readonly command: CommandOf<V>;
  readonly sender: Sender;
  readonly by: Requester;
  /** Where it was typed. */
  readonly channel: string;
  /** The session of that channel; in a direct message, the one that the sender takes part in, if it is only one. */
  readonly session: Session | null;
  /** The environment that the command names, if it exists. */
  readonly environment: Environment | null;
}

/** Answers a command. Throws a Refusal when it cannot be done as things are. */
export type Handler<V extends Verb> = (services: Services, request: Request<V>) => Promise<OutgoingMessage>;

export type Handlers = { readonly [V in Verb]: Handler<V> };
