import { test } from 'vitest';
import { transportContract } from '../../contracts/transport.ts';
import { needSshd } from '../../support/sshd.ts';
import { sshWorld } from './ssh-world.ts';

const sshd = await needSshd();

if (sshd.ok) transportContract('ssh to a node with dash', () => sshWorld('exec /bin/sh -s'));
else test('ssh to a node with dash', ({ skip }) => skip(sshd.why));
