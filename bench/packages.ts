import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { needDebianPackages } from '../test/support/debian.ts';

/** A program that is measured or measured with, and the Debian package that it comes from. */
interface Program {
  readonly command: string;
  readonly package: string;
}

const SERVER: Program = { command: 'sshd', package: 'openssh-server' };

const PEERS = {
  openssh: { command: 'ssh', package: 'openssh-client' },
  pssh: { command: 'parallel-ssh', package: 'pssh' },
  pdsh: { command: 'pdsh', package: 'pdsh' },
  clush: { command: 'clush', package: 'clustershell' },
  ansible: { command: 'ansible-playbook', package: 'ansible-core' },
} as const satisfies Record<string, Program>;

export type PeerName = keyof typeof PEERS;

/**
 * Installs what is missing of sshd and the peers where that can be done, and tells which peers are there. Of what is not,
 * `say` tells how to get it. Throws without sshd: nothing can be measured then.
 */
export async function installPeers(say: (line: string) => void): Promise<ReadonlySet<PeerName>> {
  const missing = [SERVER, ...Object.values(PEERS)].filter((program) => !isThere(program));
  if (missing.length > 0) {
    const names = missing.map((program) => program.package);
    say(`needed and not installed: ${names.join(' ')}`);
    const need = await needDebianPackages(names);
    if (!need.ok) say(need.why);
  }
  if (!isThere(SERVER)) throw new Error(`nothing can be measured without ${SERVER.package}`);
  const names = Object.keys(PEERS) as PeerName[];
  for (const name of names.filter((one) => !isThere(PEERS[one]))) say(`${name} is left out`);
  return new Set(names.filter((name) => isThere(PEERS[name])));
}

/** Where a program of the system is, sshd's folder included; null if it is not there. */
export function findProgram(command: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, command)).find((path) => existsSync(path)) ?? null;
}

const isThere = ({ command }: Program) => findProgram(command) !== null;
