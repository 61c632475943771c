import { isIP } from 'node:net';
import { comparedOffset } from '../facts/clock.ts';
import { withoutHashes } from './secrets.ts';

/** Host names, addresses and other values peculiar to one side, and what stands for them: `10.0.0.5` → `controller`. */
export type Names = Readonly<Record<string, string>>;

/** Puts what means the same on both sides into one form. */
export interface Normaliser {
  readonly key: (topic: string, key: string) => string;
  readonly value: (topic: string, value: string) => string;
  /** A value in that form, with the environment's own name taken out. */
  readonly nameless: (value: string) => string;
}

/** Listening ports from here on are mostly picked by the kernel. */
const FIRST_EPHEMERAL = 32_768;

/** `same`: both sides are one environment at two times, so that account numbers are to be the same. */
export function createNormaliser(names: Names, same: boolean, environment?: string): Normaliser {
  const rename = renamer(names);
  const nameless = environment === undefined ? null : words([environment]);
  return {
    nameless: (value) => (nameless === null ? value : value.replace(nameless, '<environment>')),
    key: (topic, key) => {
      switch (topic) {
        case 'packages':
        case 'users':
        case 'groups':
          return key;
        case 'ports':
          return portKey(rename(key));
        case 'files':
        case 'modes':
          return withoutDigests(withoutIds(rename(key)));
        default:
          return withoutIds(rename(key));
      }
    },
    value: (topic, value) => {
      switch (topic) {
        case 'packages':
        case 'mounts':
        case 'os':
        case 'modes':
        case 'modules':
          return value;
        case 'clock':
          return comparedOffset(value);
        case 'sysctl':
          return value.replace(/\s+/g, ' ');
        case 'files':
          if (value.startsWith('-> ')) return withoutIds(rename(value));
          // Where the environment's own names are in it, the hash of what is left.
          return / (~[0-9a-f]{64})/.exec(value)?.[1] ?? value;
        case 'users':
          return same ? value : withoutSystemNumbers(value);
        case 'groups':
          return groupWithMembers(value, same);
        case 'services':
          // Sockets change between the two by themselves.
          return value.replace(/^active\/(running|listening|waiting|elapsed)/, 'active');
        case 'ports':
          return inOrder(value);
        case 'settings':
          // What somebody has written into a file stays as it is: another id there is another thing.
          return inOrder((same ? withoutTimes : withoutIds)(rename(value)));
        default:
          return withoutIds(rename(value)).trim();
      }
    },
  };
}

/**
 * Only whole words count: 10.0.0.1 is not in 10.0.0.12, and ctl not in ctl-2, but it is in ctl.example. A node's name does not count
 * as its address: whoever is told the name has to find the address.
 */
function renamer(names: Names): (text: string) => string {
  const known = new Map(
    Object.entries(names)
      .filter(([name]) => name.length >= 3)
      .map(([name, label]) => [name, isIP(name) ? `${label} address` : label]),
  );
  if (known.size === 0) return (text) => text;
  // An IPv6 address is no word.
  const others = [...known.keys()]
    .filter((name) => !/^[\w.-]+$/.test(name))
    .sort((a, b) => b.length - a.length);
  const pattern = others.length > 0 ? words(others) : null;
  return (text) => {
    const renamed = text.replace(/[\w.-]+/g, (word) => renamedWord(word, known));
    return pattern ? renamed.replace(pattern, (name) => `<${known.get(name)}>`) : renamed;
  };
}

/** By looking names up rather than for them: an environment may have a thousand. */
function renamedWord(word: string, known: ReadonlyMap<string, string>): string {
  const label = known.get(word);
  if (label !== undefined) return `<${label}>`;
  if (!word.includes('.')) return word;
  const parts = word.split('.');
  const told: string[] = [];
  for (let from = 0; from < parts.length; ) {
    let to = parts.length;
    while (to > from && !known.has(parts.slice(from, to).join('.'))) to--;
    told.push(to > from ? `<${known.get(parts.slice(from, to).join('.'))}>` : (parts[from] as string));
    from = Math.max(to, from + 1);
  }
  return told.join('.');
}

/** Only whole words: 10.0.0.1 is not in 10.0.0.12, and ctl not in ctl-2. */
function words(names: readonly string[]): RegExp {
  const escaped = names.map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return new RegExp(`(?<![A-Za-z0-9_-])(?:${escaped.join('|')})(?![A-Za-z0-9_-])`, 'g');
}

function withoutIds(text: string): string {
  return withoutTimes(
    text
      .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<uuid>')
      .replace(/(?<![0-9a-zA-Z])[0-9a-f]{32}(?![0-9a-zA-Z])/g, '<id>'),
  ).replace(/(?<![0-9a-zA-Z:])(?:[0-9a-f]{2}:){5}[0-9a-f]{2}(?![0-9a-zA-Z:])/gi, '<mac>');
}

function withoutTimes(text: string): string {
  return text.replace(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>');
}

/** Nova calls an image in its cache by the SHA-1 of the image's id. Only names of files are made so: elsewhere it may be a commit. */
function withoutDigests(path: string): string {
  return path.replace(/(?<![0-9a-zA-Z])[0-9a-f]{40}(?![0-9a-zA-Z])/g, '<id>');
}

/** `tcp 127.0.0.53%lo:40123` → `tcp 127.0.0.53:(any)`. */
function portKey(key: string): string {
  const plain = key.replace(/%[^\]:\s]+/, '').replace(/\[fe80:[^\]]*\]/, '[link-local]');
  return plain.replace(/:(\d+)$/, (whole, port) =>
    // Keystone's admin API of old is up there, too.
    Number(port) >= FIRST_EPHEMERAL && port !== '35357' ? ':(any)' : whole,
  );
}

/** A list whose order has no meaning; blanks do not count. */
function inOrder(value: string): string {
  return value
    .split(',')
    .map((part) => part.trim().replace(/\s+/g, ' '))
    .map((part) => ({ part, rank: withoutHashes(part) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0))
    .map(({ part }) => part)
    .join(', ');
}

/** `107:112:/bin/false` → `system:system:/bin/false`: numbers of system accounts depend on the order of installation. */
function withoutSystemNumbers(value: string): string {
  const [uid = '', gid = '', ...shell] = value.split(':');
  const plain = (number: string) => (/^[1-9]\d\d$/.test(number) ? 'system' : number);
  return [plain(uid), plain(gid), ...shell].join(':');
}

/** `112:b,a` → `system:a,b`. */
function groupWithMembers(value: string, same: boolean): string {
  const [number = '', members = ''] = value.split(':');
  return `${same ? number : withoutSystemNumbers(`${number}:`)}${members.split(',').sort().join(',')}`;
}
