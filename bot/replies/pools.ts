import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Provider } from '../../engine/provider.ts';

export function poolList(pools: readonly { provider: Provider; held: number }[]): OutgoingMessage {
  if (pools.length === 0) return { text: 'No pool is configured: add one under pools: in deployday.yaml' };
  return {
    text: pools
      .map(
        ({ provider, held }) =>
          `${provider.pool}: ${provider.capacity - held} of ${provider.capacity} machines free`,
      )
      .join('; '),
    blocks: [
      {
        type: 'table',
        columns: ['pool', 'kind', 'free', 'of', 'machines'],
        rows: pools.map(({ provider, held }) => [
          provider.pool,
          provider.kind,
          String(provider.capacity - held),
          String(provider.capacity),
          provider.summary,
        ]),
      },
    ],
    blocksAre: 'restated',
  };
}

export function poolDetails(
  provider: Provider,
  held: readonly { machine: string; node: string; environment: string }[],
): OutgoingMessage {
  const free = provider.capacity - held.length;
  const text = `${provider.pool}: ${free} of ${provider.capacity} machines free; ${provider.summary}`;
  if (held.length === 0) return { text };
  const rows = held.map((row) => [row.machine, `${row.environment}/${row.node}`]);
  return { text, blocks: [{ type: 'table', columns: ['machine', 'held by'], rows }] };
}
