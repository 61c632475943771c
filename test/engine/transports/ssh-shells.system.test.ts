import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { SHELL_PARTS, TOOLS_PARTS, transportContract } from '../../contracts/transport.ts';
import { needDebianPackages } from '../../support/debian.ts';
import { needAll } from '../../support/needs.ts';
import { needSshd } from '../../support/sshd.ts';
import { sshWorld } from './ssh-world.ts';

const sshd = await needSshd();
const both = needAll(sshd, await needDebianPackages(['busybox']));

// What ssh.test.ts asks of dash is asked of other shells and tools here, beside the essex of two nodes, which mostly waits towards
// its end. One shell after the other: side by side they would starve each other's clocks on two cores.

// Some systems have it as /bin/sh.
if (sshd.ok)
  transportContract('ssh to a node with bash', () => sshWorld('exec bash --posix -s'), SHELL_PARTS);
else test('ssh to a node with bash', ({ skip }) => skip(sshd.why));

if (both.ok) {
  const busyboxWorld = async () => {
    // Every tool that the supervisor uses is busybox's own.
    const dir = await mkdtemp(join(tmpdir(), 'deployday-busybox-'));
    await mkdir(join(dir, 'bin'));
    execFileSync('/bin/busybox', ['--install', '-s', join(dir, 'bin')]);
    const world = await sshWorld('exec busybox sh -s', { PATH: `${join(dir, 'bin')}:/usr/bin` });
    return {
      ...world,
      stop: async () => {
        await world.stop();
        await rm(dir, { recursive: true });
      },
    };
  };
  transportContract('ssh to a node with busybox alone', busyboxWorld, TOOLS_PARTS);
} else test('ssh to a node with busybox alone', ({ skip }) => skip(both.why));
