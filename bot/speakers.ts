import type { IncomingMessage } from '../adapters/adapter.ts';
import type { Database } from '../db/client.ts';
import { linkedIdentities } from '../db/people.ts';

/** Who speaks, as far as turns are concerned: a person has one, whatever accounts and channels are used. */
export interface Speakers {
  /** The same for all that one person says. Call `done` when it is dealt with. */
  begin(message: Pick<IncomingMessage, 'adapter' | 'sender'>): { readonly speaker: string; done(): void };
}

/** Accounts are linked seldom, and whoever has just done that is taken for two a moment longer. Milliseconds. */
const KNOWN_FOR = 10_000;

/** Nothing waits for the database: whose an account is, is as it was read the last time. */
export function createSpeakers({ db }: Database): Speakers {
  let persons: ReadonlyMap<string, number> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  /** As long as something of an account waits, more of it stands behind that. */
  const waiting = new Map<string, { readonly speaker: string; count: number }>();

  function refresh(): void {
    if (performance.now() - readAt < KNOWN_FOR) return;
    readAt = performance.now();
    linkedIdentities(db).then(
      (linked) => {
        persons = linked;
      },
      () => {}, // the database is away; what was known holds
    );
  }
  refresh();

  return {
    begin({ adapter, sender }) {
      refresh();
      const account = sender.identity ?? `nobody ${adapter} ${sender.display}`;
      const person = sender.identity === null ? undefined : persons.get(sender.identity);
      const entry = waiting.get(account) ?? {
        speaker: person === undefined ? account : `person ${person}`,
        count: 0,
      };
      entry.count += 1;
      waiting.set(account, entry);
      return {
        speaker: entry.speaker,
        done() {
          entry.count -= 1;
          if (entry.count === 0) waiting.delete(account);
        },
      };
    },
  };
}
