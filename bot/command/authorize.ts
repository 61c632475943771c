import { ROLES, type Role } from './command.ts';
import { article } from './names.ts';
import type { CommandSpec } from './spec.ts';

/** What a decision needs to know beside the role. */
export interface AuthorizationFacts {
  /** The person created the environment that the command is about. */
  readonly isCreator?: boolean;
  /** False when the chat service could not vouch for an account; such a person may watch and ask only. */
  readonly verified?: boolean;
  /** It was asked, and did not answer. */
  readonly isUnsure?: boolean;
  /** Why the role is less here than it might be; null: it is not. */
  readonly limited?: string | null;
  /** The role that changing this environment needs, by the configuration; null: no more than the command's. */
  readonly environmentNeeds?: { readonly environment: string; readonly role: Role } | null;
}

export type Authorization = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

/** Whether a person of this role may use the command; the reason says what is needed and what to do. Pure. */
export function authorize(
  role: Role,
  spec: Pick<CommandSpec, 'verb' | 'role' | 'creatorRole' | 'changes'> & Partial<Pick<CommandSpec, 'keeps'>>,
  facts: AuthorizationFacts = {},
): Authorization {
  const actual: Role = facts.verified === false ? 'observer' : role;
  const limited = facts.limited ? ` (${facts.limited})` : '';
  const { environmentNeeds: needs = null } = facts;
  const isAbout = spec.changes || spec.keeps;
  if (needs && facts.verified !== false && isAbout && !atLeast(actual, needs.role)) {
    const reason = `${spec.changes ? 'changing' : 'holding'} ${needs.environment} needs the role ${needs.role}; you are ${article(actual)} here${limited}. Ask ${article(needs.role)}`;
    return { allowed: false, reason };
  }
  if (atLeast(actual, spec.role)) return { allowed: true };
  if (facts.isCreator && spec.creatorRole !== null && atLeast(actual, spec.creatorRole))
    return { allowed: true };
  if (facts.verified === false && facts.isUnsure) {
    const reason = `${spec.verb} is only for people whose account the chat service vouches for, and it did not answer whose account this is: say it again`;
    return { allowed: false, reason };
  }
  if (facts.verified === false) {
    const reason = `${spec.verb} is only for people whose account the chat service vouches for: log in to your account here, then try again`;
    return { allowed: false, reason };
  }
  const creator = spec.creatorRole === null || facts.isCreator ? '' : ', or having created the environment';
  const needed = facts.isCreator && spec.creatorRole !== null ? spec.creatorRole : spec.role;
  return {
    allowed: false,
    reason: `${spec.verb} needs the role ${needed}${creator}; you are ${article(actual)} here${limited}. Ask ${article(spec.role === 'participant' ? 'operator' : spec.role)} or an admin`,
  };
}

function atLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}
