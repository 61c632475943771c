import type { EnvironmentFacts } from '../facts.ts';
import type { Difference } from './difference.ts';

/** The fewest hints that tell it all: what another difference tells already is left out. */
export function withoutExplained(
  differences: readonly Difference[],
  left: EnvironmentFacts,
  right: EnvironmentFacts,
): Difference[] {
  const files = filesOf(differences);
  return differences.flatMap((difference) => {
    const { node, topic, key } = difference;
    if (topic === 'settings') {
      // A file that is gone or new is one thing, not one for each of its settings.
      const file = files.get(`${node} ${key.slice(0, key.indexOf(' '))}`);
      return file && oneSided(file) ? [] : [difference];
    }
    if (topic === 'modes') {
      const file = files.get(`${node} ${key}`);
      return file && oneSided(file) ? [] : [usual(difference)];
    }
    if (topic !== 'files' || oneSided(difference)) return [difference];
    const [leftSettings, rightSettings] = [left, right].map((side) => settingsOf(side, node, key));
    if (leftSettings === '[]' && rightSettings === '[]') return [difference];
    // One that is the same, and names an address of one side's nodes: that setting tells it.
    if (difference.left?.slice(0, 64) === difference.right?.slice(0, 64)) return [];
    // Comments, blanks, or the order of lines.
    return leftSettings === rightSettings ? [{ ...difference, weight: 5 }] : [];
  });
}

function filesOf(differences: readonly Difference[]): Map<string, Difference> {
  const files = differences.filter(({ topic }) => topic === 'files');
  return new Map(files.map((difference) => [`${difference.node} ${difference.key}`, difference]));
}

const oneSided = ({ left, right }: Difference) => left === null || right === null;

/** Only unusual modes are gathered. */
function usual(difference: Difference): Difference {
  const { left, right } = difference;
  return { ...difference, left: left ?? 'as usual, of root', right: right ?? 'as usual, of root' };
}

/** The settings of a file, in a form to compare. */
function settingsOf(side: EnvironmentFacts, node: string, file: string): string {
  const facts = Object.hasOwn(side, node) ? side[node] : undefined;
  const settings = Object.entries(facts?.settings ?? {}).filter(([name]) => name.startsWith(`${file} `));
  return JSON.stringify(settings.sort(([a], [b]) => (a < b ? -1 : 1)));
}
