import type { OutgoingMessage } from '../../adapters/message.ts';
import { formatDuration } from '../../engine/duration.ts';
import { Refusal } from '../../engine/refusal.ts';
import type { No } from '../../sessions/leases/rules.ts';
import type { Effect, LeaseState, Shortened } from '../../sessions/leases/state.ts';
import { askForIt, claimIt, waitForIt } from './next-buttons.ts';
import { RefusalWithButtons } from './refusals.ts';
import { atMinute } from './words.ts';

type Name = (person: number) => string;

const clock = (ms: number): string => atMinute(new Date(ms));

/** `1 h 20 min left`, or that it is over. */
function left(until: number, now: Date): string {
  const ms = until - now.getTime();
  return ms > 0 ? `${formatDuration(ms)} left` : 'its time is over, the run that goes on is waited for';
}

export function ordinal(place: number): string {
  const special = place % 100 >= 11 && place % 100 <= 13;
  const ending = special ? 'th' : (['th', 'st', 'nd', 'rd'][place % 10] ?? 'th');
  return `${place}${ending}`;
}

/** Somebody else has the environment, or the turn: who, why, until when, and what the asker can do. */
export function heldRefusal(
  environment: string,
  no: Extract<No, { why: 'held' | 'turn' | 'at-work' }>,
  name: Name,
  now: Date,
): Refusal {
  const { place, waiting } = no;
  const yours =
    place !== null
      ? `you are ${ordinal(place)} in the queue`
      : `${waiting > 0 ? `${waiting} in the queue; ` : ''}queue ${environment} puts you in as ${ordinal(waiting + 1)}`;
  const toWait = place === null ? [waitForIt(environment)] : [];
  if (no.why === 'turn') {
    const until = clock(no.first.offeredUntil ?? no.first.since);
    return new RefusalWithButtons(
      `${environment} is free, but it is the turn of ${name(no.first.person)}, who may claim it until ${until}`,
      yours,
      toWait,
    );
  }
  if (no.why === 'at-work') {
    return new RefusalWithButtons(
      `${name(no.person)} is at work on ${environment} since ${clock(no.since)} (${formatDuration(now.getTime() - no.since)}); it is free when that run ends`,
      yours,
      toWait,
    );
  }
  const { person, reason, until } = no.holding;
  const why = reason ? ` (${reason})` : '';
  return new RefusalWithButtons(
    `${environment} is held by ${name(person)}${why} until ${clock(until)}, ${left(until, now)}`,
    `${yours} · handoff ${environment} me asks ${name(person)}`,
    [...toWait, askForIt(environment)],
  );
}

/** Why a wish about a lease is not fulfilled, and what to do. */
export function leaseRefusal(environment: string, no: No, name: Name, now: Date): Refusal {
  switch (no.why) {
    case 'held':
    case 'turn':
    case 'at-work':
      return heldRefusal(environment, no, name, now);
    case 'free':
      return new RefusalWithButtons(
        `nobody holds ${environment}, so there is no queue`,
        `claim ${environment}`,
        [claimIt(environment)],
      );
    case 'yours':
      return new Refusal(
        `you hold ${environment} already, until ${clock(no.holding.until)}, ${left(no.holding.until, now)}`,
        `extend ${environment} for 1h · release ${environment}`,
      );
    case 'not-yours':
      return no.holding
        ? new Refusal(
            `${environment} is held by ${name(no.holding.person)}, not by you`,
            `handoff ${environment} me asks for it; an operator may: claim ${environment} takeover because …`,
          )
        : new RefusalWithButtons(`nobody holds ${environment}`, `claim ${environment}`, [
            claimIt(environment),
          ]);
    case 'not-waiting':
      return new RefusalWithButtons(`you are not in the queue of ${environment}`, `queue ${environment}`, [
        waitForIt(environment),
      ]);
    case 'others-wait':
      return new Refusal(
        `${no.waiting} ${no.waiting === 1 ? 'waits' : 'wait'} for ${environment}, and you have had it for the usual time: it stays yours until ${clock(no.holding.until)}, ${left(no.holding.until, now)}`,
        `release ${environment} lets the next one begin; queue ${environment} when it is free of you`,
      );
    case 'at-most':
      return new Refusal(
        `nobody may hold an environment further ahead; yours is until ${clock(no.holding.until)}`,
        `extend ${environment} later`,
      );
    case 'offered':
      return new Refusal(
        `${environment} is offered to ${name(no.handoff.to)} already, until ${clock(no.handoff.until)}`,
        `${name(no.handoff.to)} takes it by: claim ${environment}`,
      );
    case 'yourself':
      return new Refusal(`you hold ${environment} already`, `handoff ${environment} <somebody else>`);
  }
}

const SHORTENED: Readonly<Record<NonNullable<Shortened>, string>> = {
  'others-wait': 'because others wait',
  'at-most': 'because nobody may hold an environment further ahead',
};

/** What came of a wish about a lease, for the one who had it. */
export function leaseAnswer(environment: string, effect: Effect, name: Name): OutgoingMessage {
  switch (effect.kind) {
    case 'claimed':
    case 'taken-over':
    case 'handed-over': {
      const { person, until, reason } = effect.holding;
      const why = reason ? ` (${reason})` : '';
      const from = effect.kind === 'claimed' || !effect.from ? '' : ` from ${name(effect.from.person)}`;
      const how = effect.kind === 'taken-over' ? 'has taken it over' : 'holds it';
      const shortened =
        effect.kind === 'claimed' && effect.shortened
          ? `; shorter than you asked, ${SHORTENED[effect.shortened]}`
          : '';
      return {
        mood: 'good',
        text: `${environment}: ${name(person)} ${how}${from}${why} until ${clock(until)}${shortened}`,
      };
    }
    case 'extended':
      return {
        text: `${environment}: ${name(effect.holding.person)} holds it until ${clock(effect.holding.until)}${effect.shortened ? `; no longer, ${SHORTENED[effect.shortened]}` : ''}`,
      };
    case 'queued':
      return {
        text: `${environment}: ${name(effect.waiting.person)} is ${ordinal(effect.place)} in the queue, and is told when the turn comes`,
      };
    case 'unqueued':
      return { text: `${environment}: ${name(effect.waiting.person)} waits no more` };
    case 'released':
      return { text: `${environment}: ${name(effect.holding.person)} has released it` };
    case 'handoff-offered': {
      const { to, until } = effect.handoff;
      return {
        text: `${environment}: ${name(effect.holding.person)} offers it to ${name(to)}, who takes it by: claim ${environment} (until ${clock(until)})`,
        buttons: [{ label: `Take ${environment}`, command: `claim ${environment}`, style: 'primary' }],
      };
    }
    default:
      return { text: `${environment}: done` };
  }
}

/** Who holds it and who waits, in order. */
export function queueView(environment: string, state: LeaseState, name: Name): OutgoingMessage {
  const { holding, queue } = state;
  const holder = holding
    ? `held by ${name(holding.person)}${holding.reason ? ` (${holding.reason})` : ''} until ${clock(holding.until)}`
    : queue[0]
      ? queue[0].offeredUntil === null
        ? `free for ${name(queue[0].person)} when the run that goes on has ended`
        : `free for ${name(queue[0].person)} until ${clock(queue[0].offeredUntil)}`
      : 'free';
  const waiting = queue.map((each, at) => `${at + 1}. ${name(each.person)}`).join(', ');
  return { text: `${environment} is ${holder}${waiting ? `; in the queue: ${waiting}` : '; nobody waits'}` };
}
