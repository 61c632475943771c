import type { NodeFacts } from '../facts.ts';
import { BEGIN, END } from './gather.ts';
import { linesOf } from './lines.ts';
import { ALWAYS_THERE, BUILT_IN, FAILED } from './topics.ts';

export interface GatheredFacts {
  readonly facts: NodeFacts;
  /** What the node's clock said when it began, in ms since 1970; null when it could not tell. */
  readonly clock: number | null;
  /** Lines that were not understood: messages of commands, a fact script that prints something else. */
  readonly skipped: number;
  /** Whether the output has both its ends; if not, facts are missing. */
  readonly complete: boolean;
}

/** A node that is not in order must not fill our memory. */
const LONGEST_LINE = 64 * 1024;
const MOST_FACTS = 200_000;
/** Of why a topic could not be told, in characters. */
const LONGEST_REASON = 200;

/** The facts in what the gather script printed; see {@link readFacts} for what was not understood. */
export function parseFacts(output: Buffer | string): NodeFacts {
  return readFacts(output).facts;
}

/** Reads the output of the gather script. Never throws: a line that is not understood is skipped and counted. */
export function readFacts(output: Buffer | string): GatheredFacts {
  const reading = createReading();
  let [skipped, count, begun, ended] = [0, 0, false, false];
  for (const line of linesOf(output)) {
    if (line === BEGIN) begun = true;
    else if (line === END) ended = true;
    else if (line === '' || /^[a-z0-9-]+\t$/.test(line)) continue;
    else if (line.length > LONGEST_LINE || count >= MOST_FACTS || !reading.take(line)) skipped++;
    else count++;
  }
  return { ...reading.end(), skipped, complete: begun && ended };
}

/** What sha256sum prints; it puts a backslash before the hash where it had to escape the name. */
const HASH = /^(\\?)([0-9a-f]{64}) [ *](.*)$/s;

function createReading() {
  const topics = new Map<string, Map<string, string>>(ALWAYS_THERE.map((topic) => [topic, new Map()]));
  /** The numbers that stand for secrets, and the beginnings of their hashes. */
  const secrets = new Map<string, string>();
  let clock: number | null = null;
  /** The file that the next hash is a second one of, and whether an address was what did not count. */
  let renamed: { readonly path: string; readonly addressed: boolean } | null = null;

  function add(topic: string, key: string, value: string): void {
    const facts = topics.get(topic) ?? new Map<string, string>();
    topics.set(topic, facts);
    // A setting that is there more than once has a list of values, and so has what a blueprint's script tells of twice.
    const before = topic === 'settings' || !BUILT_IN.includes(topic) ? facts.get(key) : undefined;
    facts.set(key, before === undefined ? value : `${before}, ${value}`);
  }

  function hash(escaped: boolean, sum: string, name: string): void {
    const path = escaped ? unescapeName(name) : name;
    const files = topics.get('files') as Map<string, string>;
    if (renamed === null) files.set(path, sum);
    else files.set(renamed.path, `${files.get(renamed.path) ?? '?'} ${renamedHash(sum, renamed.addressed)}`);
    renamed = null;
  }

  /** False when the line means nothing. */
  function take(line: string): boolean {
    const sum = HASH.exec(line);
    if (sum) {
      hash(sum[1] !== '', sum[2] as string, sum[3] as string);
      return true;
    }
    const [, how, path] = /^(renamed|addressed)\t(.*)$/s.exec(line) ?? [];
    if (path !== undefined) {
      renamed = { path, addressed: how === 'addressed' };
      return true;
    }
    const record = /^([a-z][a-z0-9-]*)\t([^\t]+)\t(.*)$/s.exec(line);
    if (!record) return false;
    const [, topic = '', key = '', value = ''] = record;
    if (topic === 'clock') clock = Number.parseFloat(value) * 1000;
    else if (topic === 'secret') secrets.set(key, value);
    else if (topic === 'link') add('files', key, `-> ${value}`);
    else if (topic === 'large') add('files', key, largeFile(value));
    else if (topic === 'unreadable') add('files', key, '(unreadable)');
    else if (topic === 'mode') add('modes', value, key);
    else if (topic === 'ports-hex') add('ports', `${key} ${addressOf(value)}`, '?');
    else if (topic === 'mounts') add(topic, unescapeMount(key), value);
    else add(topic, key, key === FAILED ? value.slice(0, LONGEST_REASON) : value);
    return true;
  }

  return {
    take,
    end(): Pick<GatheredFacts, 'facts' | 'clock'> {
      nameOwners(topics);
      const settings = topics.get('settings') as Map<string, string>;
      for (const [key, value] of settings) {
        const told = value.replace(
          /\(secret (#\d+)\)/g,
          (_, number) => `(secret ${secrets.get(number) ?? '?'})`,
        );
        if (told !== value) settings.set(key, told);
      }
      const entries = [...topics].map(([topic, facts]) => [topic, Object.fromEntries(facts)] as const);
      return { facts: Object.fromEntries(entries), clock: Number.isFinite(clock) ? clock : null };
    },
  };
}

/** `0:42` → `root:shadow`: numbers differ between machines, names do not. */
function nameOwners(topics: ReadonlyMap<string, Map<string, string>>): void {
  const names = (topic: string) =>
    new Map([...(topics.get(topic) ?? [])].map(([name, value]) => [value.split(':')[0] as string, name]));
  const [users, groups, modes] = [names('users'), names('groups'), topics.get('modes')];
  for (const [path, value] of modes ?? []) {
    const [mode = '', owner = ''] = value.split(' ');
    const [user = '', group = ''] = owner.split(':');
    modes?.set(path, `${mode} ${users.get(user) ?? user}:${groups.get(group) ?? group}`);
  }
}

/** Marks a hash as one of a file's content after the environment's own names were taken out; `addressed`: an address among them. */
export function renamedHash(hash: string, addressed: boolean): string {
  return `~${hash}${addressed ? WITH_ADDRESSES : ''}`;
}

/** Ends what is told of a file that holds an address of the environment's own nodes. */
export const WITH_ADDRESSES = ' with addresses';

/** `34603008 HASH` → what is told of a file of that size, with the hash of its two ends. */
function largeFile(value: string): string {
  const [bytes = '?', hash = '?'] = value.split(' ');
  return `${bytes} bytes with ends ${hash.slice(0, 16)}`;
}

function unescapeName(name: string): string {
  return name.replace(/\\([\\nr])/g, (_, c: string) => (c === 'n' ? '\n' : c === 'r' ? '\r' : '\\'));
}

function unescapeMount(point: string): string {
  return point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** `0100007F:1F90` of /proc/net/tcp → `127.0.0.1:8080`, written as ss does. */
function addressOf(hex: string): string {
  const [address = '', port = ''] = hex.split(':');
  // Words of 32 bits, each in the byte order of the machine (little on all that matter).
  const bytes = (address.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  const number = Number.parseInt(port, 16);
  if (bytes.length === 4) return `${bytes.map((byte) => Number.parseInt(byte, 16)).join('.')}:${number}`;
  const groups = (bytes.join('').match(/.{4}/g) ?? []).map((group) =>
    Number.parseInt(group, 16).toString(16),
  );
  const short = `:${groups.join(':')}:`.replace(/:(0:){2,}/, '::').replace(/^:(?!:)|(?<!:):$/g, '');
  return `[${short}]:${number}`;
}
