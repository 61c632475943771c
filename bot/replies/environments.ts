import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Environment, Node } from '../../db/environments.ts';
import type { Links } from '../links.ts';
import { count } from './words.ts';

export function environmentList(
  environments: readonly { environment: Environment; nodes: readonly Node[] }[],
  links: Links,
): OutgoingMessage {
  if (environments.length === 0) {
    return { text: 'There are no environments yet. Make one: provision demo from hello' };
  }
  return {
    text: environments
      .map(
        ({ environment: { name, state, blueprint }, nodes }) =>
          `${name}: ${state} (${blueprint}, ${count(nodes.length, 'node')})`,
      )
      .join('\n'),
    blocks: [
      {
        type: 'table',
        columns: ['environment', 'state', 'blueprint', 'pool', 'nodes'],
        rows: environments.map(({ environment: { name, state, blueprint, pool }, nodes }) => [
          name,
          state,
          blueprint,
          pool,
          String(nodes.length),
        ]),
      },
    ],
    blocksAre: 'restated',
    link: links.home(),
  };
}
