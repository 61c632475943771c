import { appendFile, chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keysFor, knownHostsLine } from './known-hosts.ts';

/** The host keys that a first-use pool has met. */
export interface MetKeys {
  /** Where they are kept, for messages. */
  readonly where: string;
  of(host: string, port: number): Promise<string[]>;
  record(host: string, port: number, publicKey: string): Promise<void>;
}

/** In a known_hosts file of this machine that people can read and edit. */
export function createMetKeys(stateDir: string): MetKeys {
  const file = join(stateDir, 'known_hosts');
  const text = () =>
    readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
  return {
    where: file,
    of: async (host, port) => keysFor(await text(), host, port),
    async record(host, port, publicKey) {
      await mkdir(stateDir, { recursive: true, mode: 0o700 });
      await appendFile(file, knownHostsLine(host, port, publicKey), { mode: 0o600 });
      await chmod(file, 0o600);
    },
  };
}
