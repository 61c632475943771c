import type { Queryable } from '../../../db/client.ts';
import { appendEvent } from '../../../db/events.ts';
import { identitiesOf } from '../../../db/people.ts';
import { environmentNames } from '../../../db/views.ts';
import {
  type BallotRow,
  ballotsOf,
  closeVote,
  findVote,
  insertVote,
  lockVote,
  replaceBallots,
  type VoteRow,
  votesOf,
} from '../../../db/votes.ts';
import { Refusal } from '../../../engine/refusal.ts';
import { folded } from '../../../sessions/said.ts';
import { cast, letterOf } from '../../../sessions/votes.ts';
import type { VoteAct } from '../../command/day/acts.ts';
import { whyNotForVote } from '../../command/day/destruction.ts';
import { castAnswer, voteList, voteQuestion, voteState } from '../../replies/day/votes.ts';
import { countVotes } from '../../vote-count.ts';
import type { Handler, Services } from '../handler.ts';
import { type Author, authorOf, refuseBeyond, refuseOthers, sessionOf, unsecret, write } from './author.ts';
import { notByVote } from './not-by-vote.ts';

const MOST_VOTES = 300;
const MOST_OPEN = 10;
/** So that one person does not keep everybody else from asking. */
const MOST_OWN = 3;
const MOST_OWN_EVER = 20;

export const vote: Handler<'vote'> = async (services, request) => {
  const { database } = services;
  const { act } = request.command;
  if (act.do === 'show') {
    const session = sessionOf(request);
    if (act.number === null) return voteList((await votesOf(database.db, session.id)).filter(isOpen));
    const row = known(await findVote(database.db, session.id, act.number), act.number);
    return voteState(row, await countVotes(database.db, row));
  }
  const author = authorOf(request);
  if (act.do === 'ask') return ask(services, author, act);
  return database.db.transaction(async (tx) => {
    const found = await lockVote(tx, author.session.id, act.number);
    const row = known(found?.vote ?? null, act.number);
    if (row.closedAt !== null || found?.isDue) {
      throw new Refusal(`vote ${row.number} is over`, `vote ${row.number} shows its outcome`);
    }
    return act.do === 'drop' ? drop(tx, author, row) : castBallot(tx, author, row, act.choice);
  });
};

async function ask(services: Services, author: Author, act: Extract<VoteAct, { do: 'ask' }>) {
  const { session, personId } = author;
  const environments = await environmentNames(services.database.db);
  const why = whyNotForVote(act.question, act.options, environments);
  if (why) throw notByVote(why, 'a vote: votes are for the agenda and topics');
  const question = await unsecret(services, act.question);
  const options = await Promise.all(act.options.map((option) => unsecret(services, option)));
  return write(services, author, async (tx) => {
    const votes = await votesOf(tx, session.id);
    if (votes.length >= MOST_VOTES)
      throw new Refusal(
        `there were ${MOST_VOTES} votes in this session, and no more fit`,
        'note what is agreed: note decision: …',
      );
    if (votes.filter(isOpen).length >= MOST_OPEN) {
      throw new Refusal(`${MOST_OPEN} votes are open already`, 'wait until one has closed: vote lists them');
    }
    const ever = votes.filter((each) => each.personId === personId);
    const own = ever.filter(isOpen);
    if (own.length >= MOST_OWN) {
      throw new Refusal(
        `${MOST_OWN} open votes are yours already`,
        `wait until one has closed, or: vote drop ${own[0]?.number}`,
      );
    }
    refuseBeyond(author, ever.length, MOST_OWN_EVER, 'votes');
    const row = await insertVote(tx, { sessionId: session.id, question, options, personId }, act.openMs);
    await tell(tx, author, 'vote.asked', row);
    return voteQuestion(row, author.name);
  });
}

async function castBallot(tx: Queryable, author: Author, row: VoteRow, choice: string) {
  const option = optionOf(row.options, choice);
  if (option === null) {
    const all = row.options.map((text, at) => `${letterOf(at)} ${text}`).join(', ');
    throw new Refusal(`vote ${row.number} has no option "${choice}"`, `its options: ${all}`);
  }
  const before = await ballotsOf(tx, [row.id]);
  const { personId } = author;
  const identities = [...new Set([author.identity, ...(await identitiesOf(tx, personId))])];
  const mine = { id: 0, voteId: row.id, personId, identities, option, at: new Date() };
  const after = cast<BallotRow>(before, mine);
  const replaced = before.filter(({ id }) => !after.some((ballot) => ballot.id === id));
  const { id: _, ...ballot } = after.find(({ id }) => id === 0) ?? mine;
  await replaceBallots(
    tx,
    replaced.map(({ id }) => id),
    ballot,
  );
  const earlier = replaced.at(-1)?.option ?? null;
  return castAnswer(row, option, earlier, author.name);
}

/** By its letter, or its text. */
export function optionOf(options: readonly string[], choice: string): number | null {
  const wanted = folded(choice);
  const byText = options.findIndex((option) => folded(option) === wanted);
  if (byText >= 0) return byText;
  const byLetter = options.findIndex((_, at) => letterOf(at) === wanted);
  return byLetter >= 0 ? byLetter : null;
}

async function drop(tx: Queryable, author: Author, row: VoteRow) {
  refuseOthers(author, [row.personId], `vote ${row.number}`);
  await closeVote(tx, row.id, { dropped: true });
  await tell(tx, author, 'vote.dropped', row);
  return { text: `Vote ${row.number} ${row.question}: dropped, without an outcome` };
}

function isOpen({ closedAt }: VoteRow): boolean {
  return closedAt === null;
}

function known(row: VoteRow | null, number: number): VoteRow {
  if (row) return row;
  throw new Refusal(`there is no vote ${number}`, 'vote lists those that are open');
}

function tell(
  tx: Queryable,
  { session, personId, channel }: Author,
  kind: string,
  { number, question, options }: VoteRow,
): Promise<number> {
  return appendEvent(tx, {
    kind,
    sessionId: session.id,
    personId,
    channel,
    data: { number, question, options },
  });
}
