import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeEach, describe } from 'vitest';

export interface Needs {
  /** The test must run as root. */
  readonly root?: boolean;
  /** Commands that must be on the PATH. */
  readonly commands?: readonly string[];
  /** The test makes mounts in a namespace of its own. */
  readonly mounts?: boolean;
}

/** Why tests with these needs cannot run here, or undefined if they can. */
export function whyNot(needs: Needs): string | undefined {
  if (needs.root && process.getuid?.() !== 0) return 'needs root';
  const missing = (needs.commands ?? []).filter((command) => !isOnPath(command));
  if (missing.length > 0) return `needs ${missing.join(', ')}`;
  if (needs.mounts && spawnSync('unshare', ['--mount', 'true']).status !== 0)
    return 'needs the right to mount';
  return undefined;
}

/** As `describe`; where the needs are not met its tests are skipped, and the end of `npm test` tells why. */
export function describeWith(needs: Needs, name: string, body: () => void): void {
  const reason = whyNot(needs);
  describe(name, () => {
    // Not describe.skipIf: a skip within the test can carry its reason. Set-up hooks go within `if (!whyNot(needs))`.
    beforeEach(({ skip }) => skip(reason !== undefined, reason));
    body();
  });
}

function isOnPath(command: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
