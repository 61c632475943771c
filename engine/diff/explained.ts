import type { EnvironmentFacts } from '../facts.ts';
import type { Difference } from './difference.ts';
import { withoutHashes } from './secrets.ts';

/** The fewest hints that tell it all: what another difference tells already is left out. */
export function withoutExplained(
  differences: readonly Difference[],
  left: EnvironmentFacts,
  right: EnvironmentFacts,
): Difference[] {
  const files = filesOf(differences);
  const unread = unreadIn(differences);
  return differences.flatMap((difference) => {
    const { node, topic, key } = difference;
    if (topic === 'settings') {
      // A file that is gone or new is one thing, not one for each of its settings.
      if (filesWith(key).some((file) => isOneSided(files.get(`${node} ${file}`)))) return [];
      if (unread.has(`${node} ${key}`)) return [{ ...difference, ...thereOr(difference) }];
      return filesWith(key).some((file) => unread.has(`${node} ${file}`)) ? [] : [difference];
    }
    if (topic === 'modes') {
      const file = files.get(`${node} ${key}`);
      return isOneSided(file) ? [] : [usual(difference)];
    }
    if (topic !== 'files') return [difference];
    if (isOneSided(difference)) return [withSettings(difference, left, right)];
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

const isOneSided = (difference: Difference | undefined) =>
  difference !== undefined && (difference.left === null || difference.right === null);

/** What a setting called `key` may stand in: its file's name is followed by a blank, and may have some itself. */
function filesWith(key: string): string[] {
  return [...key.matchAll(/ |$/g)].map(({ index }) => key.slice(0, index));
}

/** What is said of a file that a blueprint asks for, in place of its settings. */
const UNREAD = new Set(['(missing)', '(unreadable)']);
const isUnread = (value: string | null) => value !== null && UNREAD.has(value);

/** The files of which one side, or each for another reason, has no settings to tell. */
function unreadIn(differences: readonly Difference[]): Set<string> {
  const unread = differences.filter(
    ({ topic, key, left, right }) =>
      topic === 'settings' &&
      !key.includes(' ') &&
      (left === null || isUnread(left)) &&
      (right === null || isUnread(right)),
  );
  return new Set(unread.map(({ node, key }) => `${node} ${key}`));
}

/** A side that says nothing of the file as a whole has it. */
function thereOr({ left, right }: Difference): Pick<Difference, 'left' | 'right'> {
  return { left: left ?? 'there', right: right ?? 'there' };
}

/** Only unusual modes are gathered. */
function usual(difference: Difference): Difference {
  const { left, right } = difference;
  return { ...difference, left: left ?? 'as usual, of root', right: right ?? 'as usual, of root' };
}

/** The settings of a file, in a form to compare. */
function settingsOf(side: EnvironmentFacts, node: string, file: string): string {
  return JSON.stringify(settingsIn(side, node, file));
}

/** The settings of a file, by their names, which begin with that of the file. */
function settingsIn(side: EnvironmentFacts, node: string, file: string): [name: string, value: string][] {
  const facts = Object.hasOwn(side, node) ? side[node] : undefined;
  const settings = Object.entries(facts?.settings ?? {}).filter(([name]) => name.startsWith(`${file} `));
  return settings.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** So many settings of a file that only one side has are told beside its hash. */
const MOST_SETTINGS = 3;

/** A file that is gone or new, with what it sets: a hash alone tells nobody what that does. */
function withSettings(difference: Difference, left: EnvironmentFacts, right: EnvironmentFacts): Difference {
  const { node, key } = difference;
  const held = (value: string | null, side: EnvironmentFacts) => {
    const settings = value === null ? [] : settingsIn(side, node, key);
    if (value === null || settings.length === 0) return value;
    const first = settings.slice(0, MOST_SETTINGS).map(([name, is]) => {
      const own = name.slice(key.length + 1);
      return is === '' ? own : `${own} = ${withoutHashes(is)}`;
    });
    const more = settings.length > first.length ? ` and ${settings.length - first.length} more` : '';
    return `${value}: ${first.join(', ')}${more}`;
  };
  return { ...difference, left: held(difference.left, left), right: held(difference.right, right) };
}
