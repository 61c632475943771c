import type { Difference } from './diff/difference.ts';
import { withoutExplained } from './diff/explained.ts';
import { isNoise } from './diff/noise.ts';
import { createNormaliser, type Names, type Normaliser } from './diff/normalise.ts';
import { hashesIn, matchSecrets, withoutHashes } from './diff/secrets.ts';
import { weightOf } from './diff/weight.ts';
import { WITH_ADDRESSES } from './facts/parse.ts';
import { FAILED } from './facts/topics.ts';
import type { EnvironmentFacts, NodeFacts } from './facts.ts';

export interface DiffOptions {
  /**
   * Per side: its addresses and host names, and the node label that stands for each (`10.0.0.5` → `controller`). Labels mean the
   * same on both sides.
   */
  readonly names?: { readonly left?: Names; readonly right?: Names };
  /** Per side: what the environment is called. It counts as a name of its own only where that explains a difference. */
  readonly environments?: { readonly left: string; readonly right: string };
  /** Both sides are one environment at two times: passwords, keys and account numbers must not have changed either. */
  readonly same?: boolean;
}

interface Fact {
  readonly shown: string;
  readonly compared: string;
  /** With the environment's own name taken out, too. */
  readonly nameless: () => string;
}
type Facts = ReadonlyMap<string, Fact>;

/** compute-2 before compute-10. */
const BY_NUMBER = new Intl.Collator('en', { numeric: true });

/** Topics in which nothing is renamed by side, so that what is written the same is the same. */
const PLAIN_TOPICS = new Set([
  'packages',
  'files',
  'modes',
  'users',
  'groups',
  'mounts',
  'os',
  'services',
  'sysctl',
  'modules',
  'clock',
]);

/**
 * What differs between two environments, most telling first. What differs between any two machines (own addresses and names,
 * UUIDs, generated secrets, times, order of lists, …) does not count.
 */
export function diffFacts(
  left: EnvironmentFacts,
  right: EnvironmentFacts,
  options: DiffOptions = {},
): Difference[] {
  const same = options.same ?? false;
  const leftNormaliser = createNormaliser(options.names?.left ?? {}, same, options.environments?.left);
  const rightNormaliser = createNormaliser(options.names?.right ?? {}, same, options.environments?.right);
  const differences: Difference[] = [];
  const pairs: { node: string; topic: string; key: string; left: Fact | null; right: Fact | null }[] = [];
  for (const node of union(Object.keys(left), Object.keys(right))) {
    const [leftNode, rightNode] = [own(left, node), own(right, node)];
    if (leftNode === undefined || rightNode === undefined) {
      const there = (facts: NodeFacts | undefined) => (facts === undefined ? null : 'there');
      differences.push(weighed(node, 'node', node, there(leftNode), there(rightNode)));
      continue;
    }
    for (const topic of union(Object.keys(leftNode), Object.keys(rightNode))) {
      // Whoever went on with a look that an earlier process began could not tell.
      if (topic === 'clock' && !(own(leftNode, topic) && own(rightNode, topic))) continue;
      const untold = untoldOf(own(leftNode, topic), own(rightNode, topic));
      if (untold) {
        if (untold.left !== untold.right)
          differences.push(weighed(node, topic, FAILED, untold.left, untold.right));
        continue;
      }
      const [leftTopic, rightTopic] = [own(leftNode, topic) ?? {}, own(rightNode, topic) ?? {}];
      const leftFacts = normalised(topic, leftTopic, rightTopic, leftNormaliser, same);
      const rightFacts = normalised(topic, rightTopic, leftTopic, rightNormaliser, same);
      for (const key of union(leftFacts.keys(), rightFacts.keys())) {
        pairs.push({
          node,
          topic,
          key,
          left: leftFacts.get(key) ?? null,
          right: rightFacts.get(key) ?? null,
        });
      }
    }
  }

  // In an order that does not depend on the side.
  pairs.sort((a, b) => order(a.node, b.node) || order(a.topic, b.topic) || order(a.key, b.key));
  const matched = same ? null : matchSecrets(secretPlaces(pairs));
  for (const { node, topic, key, left, right } of pairs) {
    const difference = compare(left, right, matched);
    if (difference !== null) differences.push(weighed(node, topic, key, difference.left, difference.right));
  }
  return withoutExplained(differences, left, right).sort(
    (a, b) =>
      b.weight - a.weight ||
      BY_NUMBER.compare(a.node, b.node) ||
      order(a.topic, b.topic) ||
      order(a.key, b.key),
  );
}

type Topic = Readonly<Record<string, string>> | undefined;

/**
 * What is said of a topic that could not be told on a side: nothing that the other side has of it is gone for that. The same for
 * both where neither could tell. Null: both could.
 */
function untoldOf(left: Topic, right: Topic): { left: string | null; right: string | null } | null {
  const [leftWhy, rightWhy] = [left && own(left, FAILED), right && own(right, FAILED)];
  if (leftWhy === undefined && rightWhy === undefined) return null;
  if (leftWhy !== undefined && rightWhy !== undefined) return { left: null, right: null };
  const said = (topic: Topic, why: string | undefined) => {
    if (why !== undefined) return `could not be told: ${why}`;
    return topic === undefined ? null : 'told';
  };
  return { left: said(left, leftWhy), right: said(right, rightWhy) };
}

/** The facts of one topic in comparable form. What `other` has word for word is left out where that proves it equal. */
function normalised(
  topic: string,
  facts: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
  normaliser: Normaliser,
  same: boolean,
): Facts {
  const result = new Map<string, Fact>();
  for (const [key, shown] of Object.entries(facts)) {
    if (PLAIN_TOPICS.has(topic) && own(other, key) === shown) continue;
    if (topic === 'files' && sameContent(own(other, key), shown)) continue;
    if (isNoise(topic, key, shown, same)) continue;
    const name = normaliser.key(topic, key);
    const compared = normaliser.value(topic, shown);
    const before = result.get(name);
    const fact = { shown, compared, nameless: () => normaliser.nameless(compared) };
    // Keys that mean the same (random port numbers) have the values of all of them.
    result.set(name, before === undefined ? fact : joined(before, fact));
  }
  return result;
}

/**
 * An environment may be called by a word that stands in many files, or have such a password: then only one side has a second hash. No
 * address is such a word: one that is one side's own is a foreign one on the other.
 */
function sameContent(other: string | undefined, shown: string): boolean {
  const hash = /^[0-9a-f]{64}/.exec(shown)?.[0];
  if (hash === undefined || !other?.startsWith(hash)) return false;
  return other.endsWith(WITH_ADDRESSES) === shown.endsWith(WITH_ADDRESSES);
}

function joined(a: Fact, b: Fact): Fact {
  const join = (x: string, y: string) => union(x.split(', '), y.split(', ')).sort(order).join(', ');
  return {
    shown: join(a.shown, b.shown),
    compared: join(a.compared, b.compared),
    nameless: () => join(a.nameless(), b.nameless()),
  };
}

/** The pairs of secrets that stand in one place, place by place. */
function* secretPlaces(
  pairs: readonly { left: Fact | null; right: Fact | null }[],
): Generator<readonly [string, string]> {
  for (const { left, right } of pairs) {
    if (left === null || right === null) continue;
    const rightHashes = hashesIn(right.compared);
    for (const [index, hash] of hashesIn(left.compared).entries()) {
      const other = rightHashes[index];
      if (other !== undefined) yield [hash, other];
    }
  }
}

/** What to show of both sides, or null if they mean the same. `matched` null: secrets must be the same ones. */
function compare(
  left: Fact | null,
  right: Fact | null,
  matched: ReadonlyMap<string, string> | null,
): { left: string | null; right: string | null } | null {
  const shown = (fact: Fact | null) => (fact === null ? null : withoutHashes(fact.shown));
  if (left === null || right === null) return { left: shown(left), right: shown(right) };
  const unlike = (x: string, y: string) => withoutHashes(x) !== withoutHashes(y);
  if (unlike(left.compared, right.compared) && unlike(left.nameless(), right.nameless())) {
    return { left: shown(left), right: shown(right) };
  }
  const rightHashes = hashesIn(right.compared);
  const secretsMatch = hashesIn(left.compared).every((hash, index) => {
    const expected = matched === null ? hash : matched.get(hash);
    return expected === rightHashes[index];
  });
  return secretsMatch ? null : { left: shown(left), right: withoutHashes(right.shown, '(another secret)') };
}

function weighed(
  node: string,
  topic: string,
  key: string,
  left: string | null,
  right: string | null,
): Difference {
  return { node, topic, key, left, right, weight: weightOf(topic, key, left, right) };
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function union(a: Iterable<string>, b: Iterable<string>): string[] {
  return [...new Set([...a, ...b])];
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
