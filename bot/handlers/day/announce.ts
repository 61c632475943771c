import { appendEvent } from '../../../db/events.ts';
import { channelsOf } from '../../../db/sessions.ts';
import { count } from '../../replies/words.ts';
import type { Handler } from '../handler.ts';
import { authorOf, unsecret, write } from './author.ts';

/** Tells something in every channel of the session; the notifier does it (replies/news.ts), and what was told stays with the events. */
export const announce: Handler<'announce'> = async (services, request) => {
  const author = authorOf(request);
  const { session, personId, name, channel } = author;
  const text = await unsecret(services, request.command.act.text);
  return write(services, author, async (tx) => {
    const channels = await channelsOf(tx, session.id);
    await appendEvent(tx, {
      kind: 'announcement',
      sessionId: session.id,
      personId,
      channel,
      data: { session: session.name, person: name, text },
    });
    return { text: `Announced in ${count(channels.length, 'channel')} of ${session.name}` };
  });
};
