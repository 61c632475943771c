import { identitiesOf } from '../../db/people.ts';
import { help as helpMessage } from '../command/help.ts';
import { findSpec } from '../command/registry.ts';
import type { Handler } from './handler.ts';

export const help: Handler<'help'> = async (_services, { command }) => {
  const spec = command.topic === null ? null : findSpec(command.topic);
  return helpMessage(spec?.verb ?? null);
};

export const whoami: Handler<'whoami'> = async ({ database }, { sender }) => {
  if (sender.identity === null || !sender.person) {
    if (sender.isUnsure) {
      return {
        text: `You are ${sender.display}; this service was asked whose account this is and did not answer, so you may watch and ask for now. Say it again.`,
      };
    }
    return {
      text: `You are ${sender.display}; this service does not vouch for an account of yours, so you may watch and ask. Log in to your account here to change things.`,
    };
  }
  const identities = await identitiesOf(database.db, sender.person.id);
  const others = identities.filter((identity) => identity !== sender.identity);
  const also = others.length > 0 ? `; also ${others.join(', ')}` : '';
  return { text: `You are ${sender.person.name} (${sender.identity}${also}), ${sender.role}.` };
};
