import type { Queryable } from '../../db/client.ts';
import { lockEnvironment } from '../../db/environments.ts';
import { appendEvent } from '../../db/events.ts';
import { lastAskedFor, stakes } from '../../db/leases.ts';
import { namesOf } from '../../db/people.ts';
import { noEnvironment, Refusal } from '../../engine/refusal.ts';
import { ANSWERED, changeLease, leaseStateOf } from '../../sessions/leases/desk.ts';
import { type Answered, type LeaseWish, wish } from '../../sessions/leases/rules.ts';
import type { Holding } from '../../sessions/leases/state.ts';
import type { CommandOf } from '../command/command.ts';
import { findPerson } from '../find-person.ts';
import { refuseTooMany } from '../most-held.ts';
import { leaseAnswer, leaseRefusal, queueView } from '../replies/leases.ts';
import { atMinute } from '../replies/words.ts';
import type { Asking, Handler, Services } from './handler.ts';
import { needRole } from './need-role.ts';
import { noAccount } from './no-account.ts';

/** Who has which environment, and who waits for it. */

export const claim: Handler<'claim'> = async (services, request) => {
  const { environment, forMs, reason, takeover } = request.command;
  if (!takeover) return tell(services, request, environment, { kind: 'claim', forMs, reason });
  needRole(request, 'operator', `taking ${environment} from its holder`);
  return tell(services, request, environment, { kind: 'takeover', forMs, reason: reason ?? '' });
};

export const queue: Handler<'queue'> = async (services, request) => {
  const { environment, forMs, reason, leave } = request.command;
  if (leave) return tell(services, request, environment, { kind: 'unqueue' });
  const done = await change(services, request, environment, { kind: 'queue', forMs, reason });
  if (done.answer.no?.why === 'free') throw done.refusal();
  const queued = done.answer.effects.find(({ kind }) => kind === 'queued');
  if (queued) return leaseAnswer(environment, queued, done.name);
  // Who waits already, or holds it, wants to see how it stands.
  return queueView(environment, done.answer.state, done.name);
};

export const extend: Handler<'extend'> = async (services, request) => {
  const environment = await named(services, request, request.command);
  return tell(services, request, environment, { kind: 'extend', forMs: request.command.forMs });
};

export const release: Handler<'release'> = async (services, request) => {
  const environment = await named(services, request, request.command);
  return tell(services, request, environment, { kind: 'release' });
};

export const handoff: Handler<'handoff'> = async (services, request) => {
  const { environment, person: said } = request.command;
  const to = await findPerson(services.database.db, said, request);
  const { id } = request.environment ?? missing(environment);
  const { holding } = await leaseStateOf(services.database.db, id);
  if (to.id === personOf(request) && holding && holding.person !== to.id) {
    return ask(services, request, environment, holding);
  }
  return tell(services, request, environment, { kind: 'handoff', to: to.id });
};

/** Who does not hold it asks the holder, who decides. */
async function ask(services: Services, request: Asking, environment: string, holding: Holding) {
  const { database, policy, now } = services;
  const { sender, channel, environment: row } = request;
  const names = await namesOf(database.db, [holding.person]);
  const holder = names.get(holding.person) ?? 'somebody';
  const person = sender.person?.name ?? sender.display;
  const at = now().getTime();
  await database.db.transaction(async (tx) => {
    const locked = await lockEnvironment(tx, environment);
    const last = locked ? await lastAskedFor(tx, locked.id, sender.identity ?? '') : null;
    // One who is asked again and again is not asked, but pestered.
    if (last !== null && at - last < policy.terms.graceMs) {
      throw new Refusal(
        `${holder} was asked for ${environment} by you at ${atMinute(new Date(last))} already`,
        `queue ${environment} waits for it`,
      );
    }
    await appendEvent(tx, {
      kind: 'lease.asked-for',
      environmentId: row?.id,
      personId: holding.person,
      sessionId: holding.sessionId,
      channel: holding.channel,
      data: { environment, person: holder, other: sender.identity, asker: person, at, answeredIn: channel },
    });
  });
  return {
    text: `${environment}: ${holder} is asked to hand it over to ${person}, by: handoff ${environment} ${sender.identity}`,
  };
}

/** What came of the wish: the effect that is the asker's own. */
async function tell(services: Services, request: Asking, environment: string, wanted: LeaseWish) {
  const { answer, name, refusal } = await change(services, request, environment, wanted);
  if (answer.no) throw refusal();
  const own = answer.effects.findLast((effect) => ANSWERED.includes(effect.kind));
  if (!own) return queueView(environment, answer.state, name);
  return leaseAnswer(environment, own, name);
}

async function change(services: Services, request: Asking, environment: string, wanted: LeaseWish) {
  const { database, policy, now: clock } = services;
  const person = personOf(request);
  const { channel, session } = request;
  const now = clock();
  const asked = { sessionId: session?.id ?? null, channel };
  return database.db.transaction(async (tx) => {
    const locked = await lockEnvironment(tx, environment);
    if (!locked) return missing(environment);
    if (wanted.kind === 'claim') {
      await refuseTooMany(tx, policy, request.sender.role, person, environment);
    }
    const { result, events } = await changeLease(
      tx,
      locked,
      { now, terms: policy.terms },
      (state, moment) => wish(state, person, asked, wanted, moment),
      channel,
    );
    const name = await namesIn(tx, result);
    for (const event of events) await appendEvent(tx, event);
    return {
      answer: result,
      name,
      refusal: () => {
        if (result.no) return leaseRefusal(environment, result.no, name, now);
        throw new Error('nothing was refused');
      },
    };
  });
}

async function namesIn(tx: Queryable, { state, effects, no }: Answered) {
  const persons = [
    ...state.queue.map(({ person }) => person),
    ...(state.holding ? [state.holding.person] : []),
    ...(state.handoff ? [state.handoff.to] : []),
    ...effects.flatMap((effect) => [
      'holding' in effect ? effect.holding.person : effect.waiting.person,
      ...('from' in effect && effect.from ? [effect.from.person] : []),
    ]),
    ...(no && 'holding' in no && no.holding ? [no.holding.person] : []),
    ...(no?.why === 'at-work' ? [no.person] : []),
  ];
  const names = await namesOf(tx, persons);
  return (person: number) => names.get(person) ?? 'somebody';
}

/** The one that is named, or the only one that the person holds. */
async function named(
  services: Services,
  request: Asking,
  { environment, verb }: CommandOf<'extend' | 'release'>,
): Promise<string> {
  if (environment !== null) return environment;
  const held = (await stakes(services.database.db, personOf(request))).filter(({ how }) => how === 'holds');
  if (held.length === 1 && held[0]) {
    request.touched.environment = held[0].environment;
    return held[0].environment;
  }
  if (held.length === 0) throw new Refusal('you hold no environment', 'claim one: claim ex');
  throw new Refusal(
    `you hold ${held.map((each) => each.environment).join(', ')}: say which`,
    `${verb} ${held[0]?.environment}`,
  );
}

function personOf({ sender }: Pick<Asking, 'sender'>): number {
  if (sender.person) return sender.person.id;
  throw noAccount(sender, 'only people with an account hold environments');
}

function missing(environment: string): never {
  throw noEnvironment(environment);
}
