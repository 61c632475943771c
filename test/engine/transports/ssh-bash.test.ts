import { test } from 'vitest';
import { SHELL_PARTS, transportContract } from '../../contracts/transport.ts';
import { needSshd } from '../../support/sshd.ts';
import { sshWorld } from './ssh-world.ts';

const sshd = await needSshd();

// Some systems have it as /bin/sh.
if (sshd.ok)
  transportContract('ssh to a node with bash', () => sshWorld('exec bash --posix -s'), SHELL_PARTS);
else test.skip(`ssh to a node with bash: ${sshd.why}`);
