import type { Config } from './config.ts';

/** Account names on IRC are the same however they are capitalised; adapters give them in small letters. */
export function adminsOf({ admins }: Config): Set<string> {
  return new Set(admins.map((identity) => (identity.startsWith('irc:') ? identity.toLowerCase() : identity)));
}
