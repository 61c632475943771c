import { createPrivateKey, sign } from 'node:crypto';
import ssh2, { type ParsedKey } from 'ssh2';

/** Reads private keys, each once: OpenSSL takes ten times longer to read a key than to sign with it. */
export function createKeyReader(): (privateKey: string) => ParsedKey {
  const read = new Map<string, ParsedKey>();
  return (privateKey) => {
    const known = read.get(privateKey);
    if (known) return known;
    const key = readKey(privateKey);
    // A pool has one; whoever changes them often must not fill the memory.
    if (read.size >= MOST_KEYS) read.clear();
    read.set(privateKey, key);
    return key;
  };
}

const MOST_KEYS = 100;

function readKey(privateKey: string): ParsedKey {
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) throw new Error(`cannot parse privateKey: ${key.message}`, { cause: key });
  // ssh2 hands OpenSSL the key's text for each signature.
  if (key.type === 'ssh-ed25519') {
    const object = createPrivateKey(key.getPrivatePEM());
    key.sign = (data) => sign(null, typeof data === 'string' ? Buffer.from(data) : data, object);
  }
  return key;
}
