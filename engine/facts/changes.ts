import type { Queryable } from '../../db/client.ts';
import { type FactRecord, stateOf } from '../../db/facts.ts';
import type { Difference } from '../diff/difference.ts';
import { diffFacts } from '../diff.ts';

/** What changed in an environment between two looks at it. */
export interface Changes {
  readonly differences: readonly Difference[];
  /** When it was last looked at before, and by which run. */
  readonly since: Date;
  readonly run: number;
}

/** What is not as it was, of the nodes that were looked at now. Null: none of them was looked at before. */
export async function changesSince(
  db: Queryable,
  environment: string,
  before: readonly FactRecord[],
  now: readonly FactRecord[],
): Promise<Changes | null> {
  const looked = new Map(now.map((record) => [record.node, record]));
  const earlier = before.filter(({ node }) => looked.has(node));
  const last = earlier.reduce<FactRecord | null>((a, b) => (a && a.runId > b.runId ? a : b), null);
  if (!last) return null;
  const known = new Map(earlier.map((record) => [record.node, record]));
  // Most topics say the same as before, and their digests tell it.
  const isDifferent = (node: string, topic: string) =>
    looked.get(node)?.topics[topic] !== known.get(node)?.topics[topic];
  const wanted = ({ node }: FactRecord, topic: string) =>
    known.has(node) && (isDifferent(node, topic) || (topic === 'settings' && isDifferent(node, 'files')));
  const [left, right] = await Promise.all([stateOf(db, earlier, wanted), stateOf(db, now, wanted)]);
  const there = Object.fromEntries(Object.entries(right.facts).filter(([node]) => known.has(node)));
  const names = { left: namesOf(left.nodes), right: namesOf(right.nodes) };
  const environments = { left: environment, right: environment };
  const differences = diffFacts(left.facts, there, { names, environments, same: true });
  return { differences, since: last.at, run: last.runId };
}

function namesOf(nodes: readonly { name: string; address: string | null }[]): Record<string, string> {
  return Object.fromEntries(
    nodes.flatMap(({ name, address }) =>
      address
        ? [
            [address, name],
            [name, name],
          ]
        : [[name, name]],
    ),
  );
}
