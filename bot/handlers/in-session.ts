import type { Person } from '../../db/people.ts';
import type { Session } from '../../db/sessions.ts';
import { Refusal } from '../../engine/refusal.ts';
import type { Asking } from './handler.ts';
import { noAccount } from './no-account.ts';

/** The open session that a command is about. */
export function sessionIn({ session: here }: Pick<Asking, 'session'>): Session {
  if (here) return here;
  throw new Refusal(
    'this channel is part of no session',
    'session lists the open ones; session start <name> begins one',
  );
}

/** Whoever asks, with an account that the service vouches for. */
export function personIn({ sender }: Pick<Asking, 'sender'>): Person {
  if (sender.person) return sender.person;
  throw noAccount(sender, 'only people with an account can do that');
}
