import { adapterOf, canChangeHands } from '../adapters/channel.ts';
import type { OutgoingMessage } from '../adapters/message.ts';
import { approvalById } from '../db/approvals.ts';
import type { Queryable } from '../db/client.ts';
import { environmentById } from '../db/environments.ts';
import type { Event } from '../db/events.ts';
import { currentPerson, identitiesOf } from '../db/people.ts';
import { type Run, runById } from '../db/runs.ts';
import type { RunKind } from '../db/schema.ts';
import { channelsOf } from '../db/sessions.ts';
import { audience, type Weight } from './audience.ts';
import { forPerson } from './for-one.ts';
import type { Links } from './links.ts';
import { viewAtEnd } from './outcome-view.ts';
import { approvalQuestion } from './replies/approvals.ts';
import { newsOf, type Told } from './replies/news.ts';
import { outcomeMessage } from './replies/outcome.ts';
import { DOING } from './replies/started.ts';
import { short } from './replies/words.ts';

export interface NewsUses {
  readonly links: Links;
  readonly now: Date;
}

/**
 * What is told of an event, and in which channels: of its session, as each of them wants it, and where those whom it concerns
 * have spoken. Where it was asked for, answers and outcomes are told by others.
 */
export async function newsIn(
  tx: Queryable,
  event: Event,
  uses: NewsUses,
): Promise<{ readonly channel: string; readonly message: OutgoingMessage }[]> {
  const told = await toldOf(tx, event, uses);
  if (!told) return [];
  const linked = event.sessionId === null ? [] : await channelsOf(tx, event.sessionId);
  const answeredIn = typeof event.data.answeredIn === 'string' ? event.data.answeredIn : null;
  const isRuns = event.kind.startsWith('run.');
  /** Channels whose people it concerns, and who spoke there. */
  const whose = new Map<string, number | null>();
  if (!isRuns && event.channel !== null) whose.set(event.channel, await speakerIn(tx, event));
  for (const { channel, personId } of told.alsoIn ?? [])
    if (!whose.has(channel)) whose.set(channel, personId);
  const news = {
    weight: told.weight,
    concerned: [...whose.keys()],
    answeredIn: isRuns ? event.channel : answeredIn,
  };
  const called = new Map<string, number>();
  if (told.calls && event.personId !== null && event.channel !== null)
    called.set(event.channel, event.personId);
  for (const { channel, personId, calls } of told.alsoIn ?? [])
    if (calls && personId !== null && !called.has(channel)) called.set(channel, personId);
  const said: { channel: string; message: OutgoingMessage }[] = [];
  for (const channel of audience(news, linked)) {
    // Once is enough: where the person has spoken last, not wherever else it is told.
    const person = called.get(channel);
    const mention = person === undefined ? undefined : await accountOn(tx, channel, person);
    const message = mention === undefined ? told.message : { ...told.message, mention };
    said.push({ channel, message: await forPerson(tx, channel, whose.get(channel) ?? null, message) });
  }
  return said;
}

/** Who spoke in the event's channel, for whom it is if it can be another's by now: of an approval who asked for it, whoever says something to it. */
async function speakerIn(tx: Queryable, { kind, channel, personId, data }: Event): Promise<number | null> {
  if (channel === null || !canChangeHands(channel) || !kind.startsWith('approval.')) return personId;
  return (await approvalById(tx, Number(data.approval)))?.personId ?? personId;
}

/** The account by which a person is known on a channel's service. */
async function accountOn(tx: Queryable, channel: string, personId: number): Promise<string | undefined> {
  const adapter = adapterOf(channel);
  const identities = await identitiesOf(tx, await currentPerson(tx, personId));
  return identities.find((each) => each.startsWith(`${adapter}/`) || each.startsWith(`${adapter}:`));
}

async function toldOf(tx: Queryable, event: Event, uses: NewsUses): Promise<Told | null> {
  switch (event.kind) {
    case 'run.queued':
    case 'run.ended':
    case 'run.waiting':
      return runNews(tx, event, uses);
    case 'approval.asked': {
      const approval = await approvalById(tx, Number(event.data.approval));
      if (approval?.state !== 'open') return null;
      return {
        weight: 'important',
        message: approvalQuestion(approval, { agreed: 0, said: 0 }, uses.now, uses.links),
      };
    }
    default:
      return newsOf(event);
  }
}

/** What others than those who asked for a run are told of it: in a line, the rest is behind the link. */
async function runNews(tx: Queryable, event: Event, { links }: NewsUses): Promise<Told | null> {
  const run = event.runId === null ? null : await runById(tx, event.runId);
  if (run?.sessionId == null) return null;
  const link = links.run(run.id);
  // A schedule is quiet as long as nothing changes; of drift is told by itself (tell-drift.ts).
  if (run.detail.scheduled && event.kind !== 'run.waiting') return null;
  if (event.kind === 'run.ended') {
    const { text, mood } = outcomeMessage(await viewAtEnd(tx, run, event, links));
    const [line = ''] = text.split('\n');
    const message = { kind: 'outcome', ...(mood ? { mood } : {}), text: line, link } as const;
    return { weight: weightOf(run), message };
  }
  const { name } = await environmentById(tx, run.environmentId);
  if (event.kind === 'run.waiting') {
    if (run.state !== 'waiting') return null;
    const text = `${name} waits for an answer about "${short(run.command, 120)}": status ${name} shows what is asked. ${link}`;
    return { weight: 'important', message: { kind: 'question', mood: 'waiting', text, link } };
  }
  const text = `${name}: ${run.requester} began "${short(run.command, 120)}" (${DOING[run.kind]}) … watch ${link}`;
  return { weight: 'detail', message: { kind: 'notice', text, link } };
}

/** What changes an environment is everybody's business; what somebody has looked at, or typed there, is not. */
const WEIGHTS: Readonly<Record<RunKind, Weight>> = {
  provision: 'important',
  reset: 'important',
  repair: 'important',
  destroy: 'important',
  snapshot: 'usual',
  verify: 'usual',
  exec: 'detail',
  inspect: 'detail',
  diff: 'detail',
};

function weightOf(run: Run): Weight {
  return WEIGHTS[run.kind];
}
