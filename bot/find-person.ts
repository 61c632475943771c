import { adapterOf } from '../adapters/channel.ts';
import type { Queryable } from '../db/client.ts';
import { participantsOf } from '../db/participants.ts';
import { identitiesNamed, identitiesOf, type Person, personById, personOfIdentity } from '../db/people.ts';
import { Refusal } from '../engine/refusal.ts';
import type { Asking } from './handlers/handler.ts';

/**
 * The person that somebody names: by an account, a mention, `me`, or a name that only one person has. Whoever may be meant
 * beside is asked back with: anybody can take a name.
 */
export async function findPerson(
  db: Queryable,
  said: string,
  asking: Pick<Asking, 'sender' | 'session' | 'channel'>,
): Promise<Person> {
  const person = await personCalled(db, said, asking);
  if (person) return person;
  const identity = identityIn(said.trim(), adapterOf(asking.channel));
  if (identity !== null) {
    throw new Refusal(`nobody has been seen here as ${identity}`, 'whoami tells everybody their own account');
  }
  throw new Refusal(
    `nobody here is called ${said.trim().slice(0, 60)}`,
    'who names everybody; an account is sure: irc:lab/bob',
  );
}

/** The same where the words may as well mean something else: null if nobody is called so. */
export async function personCalled(
  db: Queryable,
  said: string,
  { sender, session, channel }: Pick<Asking, 'sender' | 'session' | 'channel'>,
): Promise<Person | null> {
  const name = said.trim();
  if (/^(me|myself)$/i.test(name) && sender.person) return sender.person;
  const identity = identityIn(name, adapterOf(channel));
  if (identity !== null) return personOfIdentity(db, identity);
  const found = await identitiesNamed(db, name.replace(/^@/, ''));
  const persons = [...new Set(found.map(({ personId }) => personId))];
  const here = session ? (await participantsOf(db, session.id)).map(({ personId }) => personId) : [];
  const taking = persons.filter((id) => here.includes(id));
  const [only, ...others] = taking.length > 0 ? taking : persons;
  if (only === undefined) return null;
  // A namesake who does not take part may be meant all the same.
  if (persons.length > 1 || others.length > 0) {
    const all = await Promise.all(persons.slice(0, 5).map((id) => identitiesOf(db, id)));
    throw new Refusal(`${name} may be ${all.map(([first]) => first).join(' or ')}`, 'say which, by account');
  }
  return personById(db, only);
}

/** `irc:lab/bob`; `<@U1>` on Slack; `<@1>` on Discord. Null: it is a name. */
function identityIn(text: string, adapter: string): string | null {
  const mentioned = /^<@!?([A-Za-z0-9]+)(?:\|[^>]*)?>$/.exec(text)?.[1];
  if (mentioned !== undefined)
    return adapter === 'discord' ? `discord:${mentioned}` : `${adapter}/${mentioned}`;
  if (!/^(irc|slack|discord|console)[^\s/]*[:/]\S+$/.test(text)) return null;
  return text.startsWith('irc:') ? text.toLowerCase() : text;
}
