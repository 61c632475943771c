import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { createSshTransport } from '../../../engine/transports/ssh.ts';
import type { TransportWorld } from '../../contracts/transport/kit.ts';
import { transportContract } from '../../contracts/transport.ts';
import { needDebianPackages } from '../../support/debian.ts';
import { needSshd, startSshd } from '../../support/sshd.ts';

const sshd = await needSshd();
const busybox = await needDebianPackages(['busybox']);

async function sshWorld(shell: string, env: Record<string, string> = {}): Promise<TransportWorld> {
  const server = await startSshd({ env });
  return {
    transport: createSshTransport({ keepaliveMs: 300, watchAfterMs: 50, lookAgainMs: 200, shell }),
    endpoint: server.endpoint,
    stateDir: server.stateDir,
    folder: server.home,
    killServer: server.kill,
    startServer: server.start,
    stop: server.stop,
  };
}

if (sshd.ok) transportContract('ssh to a node with dash', () => sshWorld('exec /bin/sh -s'));
else test.skip(`ssh to a node with dash: ${sshd.why}`);

// Some systems have it as /bin/sh.
if (sshd.ok) transportContract('ssh to a node with bash', () => sshWorld('exec bash --posix -s'));
else test.skip(`ssh to a node with bash: ${sshd.why}`);

if (sshd.ok && busybox.ok) {
  transportContract('ssh to a node with busybox alone', async () => {
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
  });
} else
  test.skip(
    `ssh to a node with busybox alone: ${[sshd, busybox].map((need) => (need.ok ? '' : need.why)).join(' ')}`,
  );
