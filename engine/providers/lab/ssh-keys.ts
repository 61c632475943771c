import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import ssh2 from 'ssh2';
import { readTextOrNull, writeWhole } from './disk-file.ts';

export interface SshKeyPair {
  /** OpenSSH private key. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…`, no comment. */
  readonly publicKey: string;
}

/** A new Ed25519 key pair in OpenSSH's own format: the only one that sshd reads for this kind of key. */
export function freshSshKey(): SshKeyPair {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { d = '', x = '' } = privateKey.export({ format: 'jwk' });
  const seed = Buffer.from(d, 'base64url');
  const point = Buffer.from(x, 'base64url');
  const publicBlob = Buffer.concat([field('ssh-ed25519'), field(point)]);
  return {
    privateKey: openSshPrivateKey(publicBlob, seed, point),
    publicKey: `ssh-ed25519 ${publicBlob.toString('base64')}`,
  };
}

/** The key pair kept at `path` (0600), made on first use. */
export async function keptSshKey(path: string): Promise<SshKeyPair> {
  const kept = await readTextOrNull(path);
  if (kept === null) {
    const pair = freshSshKey();
    await writeWhole(path, pair.privateKey, 0o600);
    return pair;
  }
  const parsed = ssh2.utils.parseKey(kept);
  if (parsed instanceof Error) throw new Error(`${path} is not an SSH private key: ${parsed.message}`);
  await chmod(path, 0o600);
  return { privateKey: kept, publicKey: `${parsed.type} ${parsed.getPublicSSH().toString('base64')}` };
}

/** The layout is in OpenSSH's PROTOCOL.key: unencrypted, one key, padded with 1, 2, 3 … to blocks of eight. */
function openSshPrivateKey(publicBlob: Buffer, seed: Buffer, point: Buffer): string {
  const check = randomBytes(4);
  const secret = Buffer.concat([check, check, publicBlob, field(Buffer.concat([seed, point])), field('')]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1));
  const one = Buffer.from([0, 0, 0, 1]);
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('none'),
    field('none'),
    field(''),
    one,
    field(publicBlob),
    field(Buffer.concat([secret, padding])),
  ]);
  const lines = whole.toString('base64').match(/.{1,70}/g) ?? [];
  return `${['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----'].join('\n')}\n`;
}

/** Bytes with their length before them. */
function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
