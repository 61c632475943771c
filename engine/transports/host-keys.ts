import { createHash } from 'node:crypto';

/** An OpenSSH public key in its wire form, which starts with the key's type. */
export type KeyBlob = Buffer;

/** The key in `ssh-ed25519 AAAA… [comment]`; null if the text is no such thing. */
export function parsePublicKey(text: string): KeyBlob | null {
  const [type, data] = text.trim().split(/\s+/);
  if (!type || !data) return null;
  const blob = Buffer.from(data, 'base64');
  return blob.length > 4 && keyType(blob) === type ? blob : null;
}

export function keyType(blob: KeyBlob): string {
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  return blob.toString('latin1', 4, 4 + length);
}

export const publicKeyText = (blob: KeyBlob) => `${keyType(blob)} ${blob.toString('base64')}`;

/** As ssh-keygen -l and ssh print it. */
export const fingerprint = (blob: KeyBlob) =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;

/** `ssh-ed25519 SHA256:…`, for people. */
export const describeKey = (blob: KeyBlob) => `${keyType(blob)} ${fingerprint(blob)}`;

/** The signature algorithms that make the server show a key of one of these types, if it has one. */
export function algorithmsFor(keys: readonly KeyBlob[]): string[] {
  const types = [...new Set(keys.map(keyType))];
  return types.flatMap((type) => (type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type]));
}
