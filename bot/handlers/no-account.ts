import { Refusal } from '../../engine/refusal.ts';
import type { Sender } from './handler.ts';

/**
 * Somebody whose account is not known wants what needs one: `why`. Where the service was asked whose account it is and did not answer
 * (`isUnsure`), logging in is no help, and saying it again is.
 */
export function noAccount(
  { isUnsure }: Pick<Sender, 'isUnsure'>,
  why: string,
  next = 'log in to your account here',
): Refusal {
  return isUnsure
    ? new Refusal('this service was asked whose account this is, and did not answer', 'say it again')
    : new Refusal(why, next);
}
