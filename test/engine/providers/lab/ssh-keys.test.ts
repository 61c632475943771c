import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { expect, test } from 'vitest';
import { freshSshKey, keptSshKey } from '../../../../engine/providers/lab/ssh-keys.ts';

test('every fresh key is read by ssh2 and names the same public key', () => {
  for (let count = 0; count < 300; count += 1) {
    const { privateKey, publicKey } = freshSshKey();
    const parsed = ssh2.utils.parseKey(privateKey);
    if (parsed instanceof Error) throw parsed;
    expect(`${parsed.type} ${parsed.getPublicSSH().toString('base64')}`).toBe(publicKey);
    const signature = parsed.sign('data') as unknown as Buffer;
    expect(parsed.verify('data', signature)).toBe(true);
  }
});

test('a kept key is private to its owner, stays the same, and OpenSSH reads it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'lab-keys-'));
  try {
    const path = join(dir, 'key');
    const pair = await keptSshKey(path);
    expect(await keptSshKey(path)).toEqual(pair);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const derived = execFileSync('ssh-keygen', ['-y', '-f', path], { encoding: 'utf8' });
    expect(derived.trim()).toBe(pair.publicKey);
    await writeFile(path, 'nonsense');
    await expect(keptSshKey(path)).rejects.toThrow(/not an SSH private key/);
  } finally {
    await rm(dir, { recursive: true });
  }
});
