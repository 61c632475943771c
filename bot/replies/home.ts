import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Environment, Node } from '../../db/environments.ts';
import type { Links } from '../links.ts';
import { count } from './words.ts';

/** What concerns somebody now, as a page of its own: the environments, how they stand, and where to watch them. */
export function homePage(
  environments: readonly { environment: Environment; nodes: readonly Node[] }[],
  links: Links,
): OutgoingMessage {
  if (environments.length === 0) {
    return {
      text: 'There are no environments yet. Make one: provision demo from hello',
      link: links.home(),
    };
  }
  const lines = environments.map(
    ({ environment: { name, state, blueprint }, nodes }) =>
      `${name}: ${state} (${blueprint}, ${count(nodes.length, 'node')}) ${links.environment(name)}`,
  );
  return {
    text: count(environments.length, 'environment'),
    blocks: lines.map((text) => ({ type: 'text', text })),
    buttons: environments.slice(0, 5).map(({ environment: { name } }) => ({
      label: `status ${name}`,
      command: `status ${name}`,
      style: 'plain',
    })),
    link: links.home(),
  };
}
