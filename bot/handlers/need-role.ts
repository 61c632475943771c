import { Refusal } from '../../engine/refusal.ts';
import { atLeast, type Role } from '../../sessions/roles.ts';
import { article } from '../command/names.ts';
import type { Asking } from './handler.ts';

/** Refuses what needs more than the command does by itself: why, and who can. */
export function needRole({ sender }: Pick<Asking, 'sender'>, least: Role, what: string): void {
  if (atLeast(sender.role, least)) return;
  const why = sender.limited ? ` (${sender.limited})` : '';
  throw new Refusal(
    `${what} needs the role ${least}; you are ${article(sender.role)} here${why}`,
    `ask ${article(least)}: who names them`,
  );
}
