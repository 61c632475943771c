import type { NodeAnswer } from './api.ts';
import { State } from './state.tsx';

/** More nodes than this are counted, not listed, unless they have a problem. */
const LISTED = 8;

/** The nodes of an environment in little room. */
export function Nodes({ nodes }: { nodes: readonly NodeAnswer[] }) {
  if (nodes.length === 0) return <p class="faint">no nodes</p>;
  const listed =
    nodes.length <= LISTED ? nodes : nodes.filter((node) => node.state === 'broke').slice(0, LISTED);
  return (
    <ul class="nodes">
      {nodes.length > LISTED
        ? counts(nodes).map(([state, count]) => (
            <li key={state}>
              {count} nodes <State state={state} />
            </li>
          ))
        : null}
      {listed.map((node) => (
        <li key={node.name}>
          <b>{node.name}</b>
          {node.address ? <span class="faint"> {node.address}</span> : null} <State state={node.state} />
        </li>
      ))}
    </ul>
  );
}

export function counts(items: readonly { readonly state: string }[]): [string, number][] {
  const counted = new Map<string, number>();
  for (const { state } of items) counted.set(state, (counted.get(state) ?? 0) + 1);
  return [...counted];
}
