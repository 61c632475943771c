import { adapterOf } from '../../adapters/channel.ts';
import { appendEvent } from '../../db/events.ts';
import { stakes } from '../../db/leases.ts';
import { pinsOf } from '../../db/minutes.ts';
import { putMessage } from '../../db/outbox.ts';
import { joinSession, leaveSession, participantsOf } from '../../db/participants.ts';
import { personOfIdentity } from '../../db/people.ts';
import { Refusal } from '../../engine/refusal.ts';
import { letGo } from '../../sessions/leave.ts';
import { allOf } from '../audit/deed.ts';
import { forOne } from '../for-one.ts';
import { pinList } from '../replies/day/minutes.ts';
import { left, whoView } from '../replies/sessions.ts';
import { count } from '../replies/words.ts';
import type { Handler } from './handler.ts';
import { personIn, sessionIn } from './in-session.ts';

/** Who takes part in a session. */

export const join: Handler<'join'> = async ({ database, links }, request) => {
  const { command, channel, privately, sender } = request;
  const here = sessionIn(request);
  const person = personIn(request);
  return database.db.transaction(async (tx) => {
    const { isNew, participant } = await joinSession(tx, here.id, person.id, command);
    const { organisation, site } = participant;
    await appendEvent(tx, {
      kind: 'session.joined',
      sessionId: here.id,
      personId: person.id,
      channel,
      data: { session: here.name, person: sender.display, organisation, site, isNew, answeredIn: channel },
    });
    const of = organisation ? ` of ${organisation}` : '';
    const at = site ? ` at ${site}` : '';
    const missing = organisation && site ? '' : `. Where are you from? join org=… site=…`;
    const text = `${person.name}${of}${at} takes part in ${here.name}${missing}`;
    const pins = isNew ? await pinsOf(tx, here.id) : [];
    if (pins.length === 0) return { text };
    // What newcomers need is for them, and not for everybody again and again.
    if (privately === null) return { text: `${text}. ${count(pins.length, 'thing')} to know: pinned` };
    const shown = pinList(pins, links.session(here));
    if (privately === channel) return { ...shown, text: `${text}. ${shown.text}` };
    const message = forOne(privately, sender.identity, shown);
    await putMessage(tx, { adapter: adapterOf(privately), channel: privately, board: null, message });
    return { text };
  });
};

export const leave: Handler<'leave'> = async ({ database, policy, now }, request) => {
  const { channel } = request;
  const here = sessionIn(request);
  const person = personIn(request);
  return database.db.transaction(async (tx) => {
    const gone = await letGo(tx, here.id, person.id, { now: now(), terms: policy.terms }, channel);
    request.touched.environment = allOf(gone.environments);
    const wasThere = await leaveSession(tx, here.id, person.id);
    for (const event of gone.events) await appendEvent(tx, event);
    if (!wasThere && gone.events.length === 0) {
      throw new Refusal(`you take no part in ${here.name}`, 'join');
    }
    await appendEvent(tx, {
      kind: 'session.left',
      sessionId: here.id,
      personId: person.id,
      channel,
      data: { session: here.name, person: person.name, answeredIn: channel },
    });
    return { text: `${person.name} has left ${here.name}${left(gone)}` };
  });
};

export const who: Handler<'who'> = async ({ database, admins }, request) => {
  const here = sessionIn(request);
  const configured = await Promise.all(
    [...admins].map(async (identity) => ({
      identity,
      person: await personOfIdentity(database.db, identity),
    })),
  );
  return whoView(here, await participantsOf(database.db, here.id), await stakes(database.db), configured);
};
