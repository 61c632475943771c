import { participantsOf } from '../../../db/participants.ts';
import type { Person } from '../../../db/people.ts';
import { Refusal } from '../../../engine/refusal.ts';
import { folded } from '../../../sessions/said.ts';
import type { Services } from '../handler.ts';
import type { Author } from './author.ts';

/** A participant of that name, `me` among them; null if there is none. Refuses when several have it. */
export async function personNamed(
  { database }: Services,
  { session, personId, name: own }: Pick<Author, 'session' | 'personId' | 'name'>,
  name: string,
): Promise<Pick<Person, 'id' | 'name'> | null> {
  const wanted = folded(name.replace(/^@/, ''));
  if (wanted === 'me' || wanted === 'myself' || wanted === folded(own)) return { id: personId, name: own };
  const found = (await participantsOf(database.db, session.id)).filter((one) => folded(one.name) === wanted);
  if (found.length > 1) {
    throw new Refusal(
      `${found.length} participants are called ${name}`,
      'let the one who is meant take it: todo take N',
    );
  }
  const [one] = found;
  return one ? { id: one.personId, name: one.name } : null;
}
