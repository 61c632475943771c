import {
  findTopic,
  insertTopic,
  type TopicRow,
  topicsOf,
  unwantTopic,
  updateTopic,
  wantTopic,
} from '../../../db/agenda.ts';
import type { Queryable } from '../../../db/client.ts';
import { appendEvent } from '../../../db/events.ts';
import { environmentNames } from '../../../db/views.ts';
import { Refusal } from '../../../engine/refusal.ts';
import type { AgendaAct, TopicPlace } from '../../command/day/acts.ts';
import { whyNotForAgenda } from '../../command/day/destruction.ts';
import { agendaList, topicAdded, topicLine } from '../../replies/day/agenda.ts';
import { count } from '../../replies/words.ts';
import type { Handler, Services } from '../handler.ts';
import { type Author, authorOf, refuseBeyond, refuseOthers, sessionOf, unsecret, write } from './author.ts';
import { notByVote } from './not-by-vote.ts';

const MOST_TOPICS = 200;
/** So that nobody fills it alone. */
const MOST_OWN = 20;
const MOST_OWN_EVER = 40;

export const agenda: Handler<'agenda'> = async (services, request) => {
  const { database, links } = services;
  const { act } = request.command;
  if (act.do === 'show') {
    const session = sessionOf(request);
    return agendaList(session.name, await topicsOf(database.db, session.id), links.session(session));
  }
  const author = authorOf(request);
  if (act.do === 'add') return add(services, author, act);
  return write(services, author, async (tx) => {
    const topic = await findTopic(tx, author.session.id, act.number);
    if (!topic) throw new Refusal(`there is no topic ${act.number}`, 'agenda lists them');
    const said = await change(services, author, tx, topic, act);
    await tell(tx, author, act.do, topic, said.data);
    return { text: said.text };
  });
};

async function add(services: Services, author: Author, act: Extract<AgendaAct, { do: 'add' }>) {
  const why = whyNotForAgenda(act.title, await environmentNames(services.database.db));
  if (why) throw notByVote(why, 'the agenda, where people vote for topics');
  const title = await unsecret(services, act.title);
  const where = await placeOf(services, act.where);
  return write(services, author, async (tx) => {
    const topics = await topicsOf(tx, author.session.id);
    if (topics.length >= MOST_TOPICS) {
      throw new Refusal(`the agenda has ${MOST_TOPICS} topics already`, 'vote for one of them: agenda');
    }
    const same = topics.find(
      (other) => other.state === 'open' && other.title.toLowerCase() === title.toLowerCase(),
    );
    if (same)
      throw new Refusal(`that is topic ${same.number} already`, `vote for it: agenda vote ${same.number}`);
    const { session, personId } = author;
    const ever = topics.filter((each) => each.personId === personId);
    const own = ever.filter(({ state }) => state === 'open');
    if (own.length >= MOST_OWN) {
      throw new Refusal(
        `${MOST_OWN} open topics are yours already; the agenda is everybody's`,
        `agenda drop ${own[0]?.number} makes room`,
      );
    }
    refuseBeyond(author, ever.length, MOST_OWN_EVER, 'topics');
    const topic = await insertTopic(tx, {
      sessionId: session.id,
      title,
      slot: where.slot ?? null,
      place: where.place ?? null,
      who: where.who ?? null,
      personId,
    });
    // Whoever proposes it wants it.
    await wantTopic(tx, topic.id, personId);
    await tell(tx, author, 'add', topic, { who: topic.who, slot: topic.slot, place: topic.place });
    return topicAdded(topic);
  });
}

/** What is to be changed of a topic, in the database's words. */
async function placeOf(services: Services, where: TopicPlace) {
  const { at, place, who } = where;
  return {
    ...(at === undefined ? {} : { slot: await unsecret(services, at) }),
    ...(place === undefined ? {} : { place: await unsecret(services, place) }),
    ...(who === undefined ? {} : { who: await unsecret(services, who) }),
  };
}

type Change = Exclude<AgendaAct, { do: 'show' | 'add' }>;

async function change(
  services: Services,
  author: Author,
  tx: Queryable,
  topic: TopicRow,
  act: Change,
): Promise<{ text: string; data?: Record<string, unknown> }> {
  const { number, title } = topic;
  if (topic.state !== 'open') {
    throw new Refusal(`topic ${number} is ${topic.state} already`, 'propose it again: agenda add …');
  }
  switch (act.do) {
    case 'move': {
      const where = await placeOf(services, act.where);
      await updateTopic(tx, topic.id, where);
      return { text: `Topic ${topicLine({ ...topic, ...where })}`, data: where };
    }
    case 'vote':
    case 'unvote': {
      const isNew =
        act.do === 'vote'
          ? await wantTopic(tx, topic.id, author.personId)
          : await unwantTopic(tx, topic.id, author.personId);
      if (!isNew) {
        const already = act.do === 'vote' ? 'you want topic' : 'you do not want topic';
        throw new Refusal(`${already} ${number} already`, null);
      }
      const now = (await topicsOf(tx, author.session.id)).find(({ id }) => id === topic.id)?.votes ?? 0;
      return { text: `Topic ${number} ${title}: ${count(now, 'vote')}` };
    }
    case 'done':
      await updateTopic(tx, topic.id, { state: 'done' });
      return { text: `Topic ${number} ${title}: done` };
    case 'drop':
      refuseOthers(author, [topic.personId], `topic ${number}`);
      await updateTopic(tx, topic.id, { state: 'dropped' });
      return { text: `Topic ${number} ${title}: dropped` };
  }
}

function tell(
  tx: Queryable,
  { session, personId, channel }: Author,
  what: Exclude<AgendaAct['do'], 'show'>,
  { number, title }: TopicRow,
  more: Record<string, unknown> = {},
): Promise<number> {
  const data = { number, title, ...more };
  return appendEvent(tx, { kind: `agenda.${what}`, sessionId: session.id, personId, channel, data });
}
