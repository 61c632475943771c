import { createHmac } from 'node:crypto';

/** One line of a known_hosts file that names a key. */
interface KnownHost {
  readonly marker: '@cert-authority' | '@revoked' | null;
  readonly names: string;
  /** `ssh-ed25519 AAAA…` */
  readonly key: string;
}

/**
 * The OpenSSH public keys that a known_hosts text gives for a host and port: plain and hashed names, `[host]:port`,
 * wildcards, `!` exceptions. Keys marked `@revoked` are left out, wherever else they stand; `@cert-authority` lines
 * are left out, because we check plain host keys only.
 */
export function keysFor(text: string, host: string, port: number): string[] {
  const lines = text.split('\n').flatMap((line) => parseLine(line) ?? []);
  const name = port === 22 ? host : `[${host}]:${port}`;
  const matching = lines.filter((line) => matches(line.names, name.toLowerCase()));
  const revoked = new Set(matching.filter(({ marker }) => marker === '@revoked').map(({ key }) => key));
  const keys = matching
    .filter(({ marker, key }) => marker === null && !revoked.has(key))
    .map(({ key }) => key);
  return [...new Set(keys)];
}

/** A line for {@link keysFor} to find. */
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
