import { createHmac } from 'node:crypto';

/** One line of a known_hosts file that names a key. */
interface KnownHost {
  readonly marker: '@cert-authority' | '@revoked' | null;
  readonly names: string;
  /** `ssh-ed25519 AAAA…` */
  readonly key: string;
}

/** The OpenSSH public keys that a known_hosts text gives for a host and port. */
export type KnownHosts = (host: string, port: number) => string[];

/**
 * Reads a known_hosts text: plain and hashed names, `[host]:port`, wildcards, `!` exceptions. Keys marked `@revoked` are
 * left out, wherever else they stand; `@cert-authority` lines are left out, because we check plain host keys only.
 */
export function readKnownHosts(text: string): KnownHosts {
  /** Lines of names that stand for themselves, by name: a pool of 500 machines has 500 of them. */
  const byName = new Map<string, KnownHost[]>();
  const others: KnownHost[] = [];
  for (const line of text.split('\n').flatMap((each) => parseLine(each) ?? [])) {
    if (/[*?!|]/.test(line.names)) others.push(line);
    else
      for (const name of line.names.toLowerCase().split(','))
        byName.set(name, [...(byName.get(name) ?? []), line]);
  }
  return (host, port) => {
    const name = (port === 22 ? host : `[${host}]:${port}`).toLowerCase();
    const matching = [...(byName.get(name) ?? []), ...others.filter(({ names }) => matches(names, name))];
    const revoked = new Set(matching.filter(({ marker }) => marker === '@revoked').map(({ key }) => key));
    const keys = matching
      .filter(({ marker, key }) => marker === null && !revoked.has(key))
      .map(({ key }) => key);
    return [...new Set(keys)];
  };
}

/** {@link readKnownHosts} for one host. */
export const keysFor = (text: string, host: string, port: number): string[] =>
  readKnownHosts(text)(host, port);

/** A line for {@link readKnownHosts} to find. */
export const knownHostsLine = (host: string, port: number, publicKey: string) =>
  `${port === 22 ? host : `[${host}]:${port}`} ${publicKey}\n`;

function parseLine(line: string): KnownHost | null {
  if (line.trim() === '' || line.trimStart().startsWith('#')) return null;
  const words = line.trim().split(/\s+/);
  const marker = words[0] === '@cert-authority' || words[0] === '@revoked' ? words[0] : null;
  if (marker) words.shift();
  const [names, type, data] = words;
  return names && type && data ? { marker, names, key: `${type} ${data}` } : null;
}

function matches(names: string, host: string): boolean {
  if (names.startsWith('|1|')) return matchesHash(names, host);
  const patterns = names.toLowerCase().split(',');
  const excluded = patterns.some((one) => one.startsWith('!') && matchesPattern(one.slice(1), host));
  return !excluded && patterns.some((one) => !one.startsWith('!') && matchesPattern(one, host));
}

/** `|1|salt|hash`: HMAC-SHA1 of the name, so that a stolen file does not list the hosts. */
function matchesHash(names: string, host: string): boolean {
  const [, , salt, hash] = names.split('|');
  if (!salt || !hash) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(host).digest('base64') === hash;
}

/** `*` and `?` stand for any text and any character. Walks both texts once: no pattern can make it slow. */
function matchesPattern(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (pattern[p] === '?' || pattern[p] === text[t]) {
      p++;
      t++;
    } else if (star !== -1) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
