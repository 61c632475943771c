import { chmod } from 'node:fs/promises';
import ssh2 from 'ssh2';
import { readTextOrNull, writeWhole } from './disk-file.ts';

export interface SshKeyPair {
  /** OpenSSH private key. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…`, no comment. */
  readonly publicKey: string;
}

export function freshSshKey(): SshKeyPair {
  const pair = ssh2.utils.generateKeyPairSync('ed25519');
  return { privateKey: pair.private, publicKey: publicPart(pair.public) };
}

/** The key pair kept at `path` (0600), made on first use. */
export async function keptSshKey(path: string): Promise<SshKeyPair> {
  const kept = await readTextOrNull(path);
  if (kept !== null) {
    const parsed = ssh2.utils.parseKey(kept);
    if (parsed instanceof Error) throw new Error(`${path} is not an SSH private key: ${parsed.message}`);
    await chmod(path, 0o600);
    return {
      privateKey: kept,
      publicKey: `${parsed.type} ${parsed.getPublicSSH().toString('base64')}`,
    };
  }
  const pair = freshSshKey();
  await writeWhole(path, pair.privateKey, 0o600);
  return pair;
}

function publicPart(line: string): string {
  return line.trim().split(/\s+/).slice(0, 2).join(' ');
}
