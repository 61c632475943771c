import type { NodeFacts } from '../facts.ts';
import { BEGIN, END } from './gather.ts';

export interface GatheredFacts {
  readonly facts: NodeFacts;
  /** Lines that were not understood: messages of commands, a fact script that prints something else. */
  readonly skipped: number;
  /** Whether the output has both its ends; if not, facts are missing. */
  readonly complete: boolean;
}

/** Topics that a node always has, be they empty. */
const ALWAYS = ['os', 'packages', 'services', 'ports', 'users', 'mounts', 'files', 'settings'];

/** A node that is not in order must not fill our memory. */
const LONGEST_LINE = 64 * 1024;
const MOST_FACTS = 200_000;

/** The facts in what the gather script printed; see {@link readFacts} for what was not understood. */
export function parseFacts(output: Buffer | string): NodeFacts {
  return readFacts(output).facts;
}

/** Reads the output of the gather script. Never throws: a line that is not understood is skipped and counted. */
export function readFacts(output: Buffer | string): GatheredFacts {
  const topics = new Map<string, Map<string, string>>(ALWAYS.map((topic) => [topic, new Map()]));
  let [skipped, count, begun, ended] = [0, 0, false, false];
  const add = (topic: string, key: string, value: string) => {
    const facts = topics.get(topic) ?? new Map<string, string>();
    topics.set(topic, facts);
    const before = topic === 'settings' ? facts.get(key) : undefined;
    // A setting that is there more than once has a list of values.
    facts.set(key, before === undefined ? value : `${before}, ${value}`);
    count++;
  };
  for (const line of linesOf(output)) {
    if (line === BEGIN) begun = true;
    else if (line === END) ended = true;
    else if (line === '' || /^[a-z0-9-]+\t$/.test(line)) continue;
    else {
      const record = /^([a-z][a-z0-9-]*)\t([^\t]+)\t(.*)$/s.exec(line);
      if (record === null || line.length > LONGEST_LINE || count >= MOST_FACTS) skipped++;
      else addRecord(record[1] as string, record[2] as string, record[3] as string, add);
    }
  }
  const entries = [...topics].map(([topic, facts]) => [topic, Object.fromEntries(facts)] as const);
  return { facts: Object.fromEntries(entries), skipped, complete: begun && ended };
}

function addRecord(
  topic: string,
  key: string,
  value: string,
  add: (t: string, k: string, v: string) => void,
) {
  if (topic === 'files' && value.startsWith('\\')) add(topic, unescapeName(key), value.slice(1));
  else if (topic === 'files-renamed') add('files', key, renamed(value));
  else if (topic === 'ports-hex') add('ports', `${key} ${addressOf(value)}`, '?');
  else if (topic === 'mounts') add(topic, unescapeMount(key), value);
  else add(topic, key, value);
}

/** Marks a hash as one of a file's content after the environment's names were taken out. */
export function renamed(hash: string): string {
  return `~${hash}`;
}

/** Lines as text; bytes that are not UTF-8 become `\xNN`, NUL goes. */
function* linesOf(output: Buffer | string): Generator<string> {
  const bytes = typeof output === 'string' ? Buffer.from(output) : output;
  const strict = new TextDecoder('utf-8', { fatal: true });
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(10, start);
    const end = found === -1 ? bytes.length : found;
    const line = bytes.subarray(start, end);
    start = end + 1;
    let text: string;
    try {
      text = strict.decode(line);
    } catch {
      text = line.toString('latin1').replace(/[\x80-\xff]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`);
    }
    yield text.replaceAll('\0', '').replace(/\r$/, '');
  }
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
