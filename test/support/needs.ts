import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, type SuiteOptions, test } from 'vitest';

/** Whether what a test needs is there; `why` is the reason to skip it with. */
export type Need = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** What a test may need of the host that it runs on. */
export interface HostNeeds {
  /** The test must run as root. */
  readonly root?: boolean;
  /** Commands that must be on the PATH. */
  readonly commands?: readonly string[];
  /** The test makes mounts in a namespace of its own. */
  readonly mounts?: boolean;
}

/** `describe` with its name, options if any, and body. */
type Describe = (
  name: string,
  ...rest: [body: () => void] | [options: SuiteOptions, body: () => void]
) => void;

/**
 * `describe` for tests that need something. Where that is not there, one skipped test stands for all of them, and the end of
 * `npm test` tells why; `body` is not called, so that its hooks do not run either.
 */
export function describeIf(need: Need): Describe {
  return (name, ...rest) => {
    if (!need.ok) test(name, ({ skip }) => skip(need.why));
    else if (rest.length === 1) describe(name, rest[0]);
    else describe(name, rest[0], rest[1]);
  };
}

export function needHost({ root, commands = [], mounts }: HostNeeds): Need {
  if (root && process.getuid?.() !== 0) return { ok: false, why: 'needs root' };
  const missing = commands.filter((command) => !isOnPath(command));
  if (missing.length > 0) return { ok: false, why: `needs ${missing.join(', ')}` };
  if (mounts && spawnSync('unshare', ['--mount', 'true']).status !== 0)
    return { ok: false, why: 'needs the right to mount' };
  return { ok: true };
}

/** All of them; of those that are not met the first one tells why. */
export function needAll(...needs: readonly Need[]): Need {
  return needs.find((need) => !need.ok) ?? { ok: true };
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
