import type { Difference } from './difference.ts';

export interface DiffSummary {
  /** Node, what, left, right: cells of one line each. */
  readonly rows: readonly (readonly [node: string, what: string, left: string, right: string])[];
  /** How many differences the rows do not tell. */
  readonly remaining: number;
}

const NOTHING = '—';
const LONGEST_CELL = 80;
/** More packages or files than this that only one side has are told in one row. */
const MANY = 5;

interface Row {
  nodes: string[];
  what: string;
  left: string;
  right: string;
  /** How many differences it tells. */
  count: number;
}

/**
 * The first differences as rows for a table, at most `limit`. What is the same on many nodes is one row, as are many packages
 * or files that one side has and the other has not.
 */
export function summariseDiff(differences: readonly Difference[], { limit }: { limit: number }): DiffSummary {
  const rows = sameOnManyNodes(manyOnOneSide(differences));
  const shown = rows.slice(0, Math.max(0, limit));
  const told = shown.reduce((sum, { count }) => sum + count, 0);
  return {
    rows: shown.map(({ nodes, what, left, right }) => [nodeCell(nodes), cell(what), cell(left), cell(right)]),
    remaining: differences.length - told,
  };
}

function manyOnOneSide(differences: readonly Difference[]): Row[] {
  const groups = new Map<string, Difference[]>();
  const groupOf = ({ node, topic, left, right }: Difference) => {
    if (topic !== 'packages' && topic !== 'files') return null;
    return left !== null && right !== null ? null : `${node} ${topic} ${left === null}`;
  };
  for (const difference of differences) {
    const group = groupOf(difference);
    if (group === null) continue;
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [difference]);
    else members.push(difference);
  }
  const told = new Set<string>();
  return differences.flatMap((difference) => {
    const group = groupOf(difference);
    const members = group === null ? [] : (groups.get(group) ?? []);
    if (group === null || members.length <= MANY) return [rowOf(difference)];
    if (told.has(group)) return [];
    told.add(group);
    const { node, topic, left } = difference;
    const names = members.map(({ key }) => key).join(', ');
    const count = members.length;
    const what = `${count} ${topic}`;
    return [
      {
        nodes: [node],
        what,
        left: left === null ? NOTHING : names,
        right: left === null ? names : NOTHING,
        count,
      },
    ];
  });
}

function rowOf({ node, topic, key, left, right }: Difference): Row {
  const what = topic === 'settings' || topic === 'node' ? key : `${topic}: ${key}`;
  return { nodes: [node], what, left: valueCell(left), right: valueCell(right), count: 1 };
}

function sameOnManyNodes(rows: readonly Row[]): Row[] {
  const merged = new Map<string, Row>();
  for (const row of rows) {
    const key = JSON.stringify([row.what, row.left, row.right]);
    const before = merged.get(key);
    if (before === undefined) merged.set(key, { ...row });
    else {
      before.nodes.push(...row.nodes);
      before.count += row.count;
    }
  }
  return [...merged.values()];
}

function nodeCell(nodes: readonly string[]): string {
  return nodes.length <= 3
    ? nodes.join(', ')
    : `${nodes.slice(0, 2).join(', ')} and ${nodes.length - 2} more`;
}

function valueCell(value: string | null): string {
  if (value === null) return NOTHING;
  const hash = /^([0-9a-f]{64})(?: ~[0-9a-f]{64})?( with addresses)?(: .*)?$/s.exec(value);
  if (hash?.[1] !== undefined)
    return `content ${hash[1].slice(0, 8)}${hash[2] === undefined ? '' : ' with own addresses'}${hash[3] ?? ''}`;
  return value === '' ? '(empty)' : value;
}

function cell(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not reach a table
  const line = text.replace(/[\x00-\x1f\x7f]+/g, ' ');
  return line.length > LONGEST_CELL ? `${line.slice(0, LONGEST_CELL - 1)}…` : line;
}
