import { readdirSync, readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createLabProvider, destroyLab } from '../../../../engine/providers/lab/lab.ts';
import { describeProvider, runOn } from '../../../contracts/provider.ts';
import { describeIf, type Need } from '../../../support/needs.ts';
import { freshLabDir, isRoot, mayMakeNamespaces } from './here.ts';

const need: Need =
  isRoot || !mayMakeNamespaces()
    ? { ok: false, why: 'needs an ordinary user who may make namespaces' }
    : { ok: true };

// The provider contract makes its machines in hooks, which run for skipped tests, too.
describeIf(need)('the rootless lab', describeRootless);

function describeRootless(): void {
  const dir = freshLabDir();
  const open = () => createLabProvider({ pool: 'lab', nodes: 3, dir });

  describeProvider('lab, rootless', {
    open,
    async removeAll() {
      await destroyLab(dir);
      await rm(dirname(dir), { recursive: true, force: true });
    },
    async traces() {
      const folders = ['machines', 'layers'].flatMap((sub) => readdirSync(join(dir, sub)));
      // the sshd of the connection that was closed last may still be on its way out
      await expect.poll(() => processesOf(dir)).toEqual([]);
      return folders;
    },
  });

  test("the host's homes and secrets are not there, and nothing listens on the host", async () => {
    const own = freshLabDir();
    const provider = createLabProvider({ pool: 'lab', nodes: 1, dir: own });
    try {
      await provider.create('n1', { hostname: 'alone' });
      const endpoint = await provider.endpoint('n1');
      expect(await runOn(endpoint, 'ls /home; ls -A "$HOME" /root')).toBe(
        `${endpoint.user}\n/home/${endpoint.user}:\n\n/root:`,
      );
      expect(await runOn(endpoint, `test -e ${process.cwd()} || echo gone`)).toBe('gone');
      expect(await runOn(endpoint, 'ls /sys/class/net; touch /usr/x 2>/dev/null || echo refused')).toBe(
        'lo\nrefused',
      );
      expect(await runOn(endpoint, 'dpkg-query --status base-files | grep Status')).toBe(
        'Status: install ok installed',
      );
    } finally {
      await provider.close();
      await destroyLab(own);
      await rm(dirname(own), { recursive: true });
    }
  });
}

function processesOf(dir: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return (
        command.includes(dir) ||
        (command.startsWith('nsenter') && statSync(`/proc/${pid}`).uid === process.getuid?.())
      );
    } catch {
      return false; // ended meanwhile
    }
  });
}
