import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keysFor, knownHostsLine } from '../../../../engine/providers/ssh/known-hosts.ts';
import { makeKey, needSshd } from '../../../support/sshd.ts';

const A = 'ssh-ed25519 AAAA1';
const B = 'ecdsa-sha2-nistp256 AAAA2';

describe('known_hosts', () => {
  test('gives all keys of a host, by name, list and pattern', () => {
    const text = `# ours\n\nn1,10.0.0.11 ${A} comment here\n10.0.0.* ${B}\nn2 ${B}\nbroken\n`;
    expect(keysFor(text, '10.0.0.11', 22)).toEqual([A, B]);
    expect(keysFor(text, 'N1', 22)).toEqual([A]);
    expect(keysFor(text, 'n3', 22)).toEqual([]);
    expect(keysFor(text, 'n1', 2222)).toEqual([]);
  });

  test('tells ports apart', () => {
    const text = `[n1]:2222 ${A}\nn1 ${B}\n`;
    expect(keysFor(text, 'n1', 2222)).toEqual([A]);
    expect(keysFor(text, 'n1', 22)).toEqual([B]);
  });

  test('heeds exceptions, revoked keys and certificate authorities', () => {
    const text = `*.lab,!bad.lab ${A}\n@revoked * ${B}\ngood.lab ${B}\n@cert-authority *.lab ssh-rsa AAAA3\n`;
    expect(keysFor(text, 'good.lab', 22)).toEqual([A]);
    expect(keysFor(text, 'bad.lab', 22)).toEqual([]);
  });

  test('finds what it wrote, and nothing else', () => {
    const host = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,20}$/);
    const port = fc.integer({ min: 1, max: 65_535 });
    fc.assert(
      fc.property(host, port, host, port, (one, onePort, two, twoPort) => {
        const text = knownHostsLine(one, onePort, A);
        expect(keysFor(text, one, onePort)).toEqual([A]);
        expect(keysFor(text, two, twoPort)).toEqual(one === two && onePort === twoPort ? [A] : []);
      }),
    );
  });
});

const need = await needSshd();

test('reads what ssh-keygen -H has hashed', async ({ skip }) => {
  if (!need.ok) return skip(need.why);
  const dir = await mkdtemp(join(tmpdir(), 'deployday-known-'));
  try {
    const key = (await makeKey(dir, 'key', 'ed25519')).publicKey;
    const file = join(dir, 'known_hosts');
    await writeFile(file, knownHostsLine('n1.lab', 22, key) + knownHostsLine('10.0.0.11', 2222, key));
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
    const text = await readFile(file, 'utf8');
    expect(text).not.toMatch(/n1\.lab/);
    expect(keysFor(text, 'n1.lab', 22)).toEqual([key]);
    expect(keysFor(text, '10.0.0.11', 2222)).toEqual([key]);
    expect(keysFor(text, '10.0.0.11', 22)).toEqual([]);
  } finally {
    await rm(dir, { recursive: true });
  }
});
