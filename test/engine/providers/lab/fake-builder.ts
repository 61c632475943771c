import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A program that stands in for `mmdebstrap`: it mounts as that does, starts processes, and builds until it is killed. */
export interface FakeBuilder {
  /** A folder of the test's own, which every process of the builder names on its command line. */
  readonly work: string;
  /** The program and its words for a build in `target`. */
  command(target: string): [string, ...string[]];
  /** Whether a build in a folder below `work` has come so far that it has mounts and children. */
  isBuilding(): Promise<boolean>;
  /** Processes of it that run on this host. */
  processes(): Promise<string[]>;
  /** What this host sees mounted below `work`. */
  mounts(): Promise<string[]>;
  /** Takes it off the PATH and off the disk. */
  remove(): Promise<void>;
}

/** Puts it first on this process's PATH. */
export async function fakeBuilder(): Promise<FakeBuilder> {
  const work = await mkdtemp(join(tmpdir(), 'fake-builder-'));
  const bin = join(work, 'bin');
  await mkdir(bin);
  // Found among words, as mmdebstrap's are: the target is the last word but one.
  const script = `#!/bin/bash
target=\${@: -2:1}
mkdir -p "$target/proc" "$target/dev/shm"
mount -t proc proc "$target/proc"
mount -t tmpfs tmpfs "$target/dev/shm"
setsid tail -f /dev/null "$target/proc/version" >/dev/null 2>&1 &
tail -f /dev/null "$target/proc/version" >/dev/null &
touch '${work}/building'
echo 'I: installing packages...'
wait
`;
  const program = join(bin, 'mmdebstrap');
  await writeFile(program, script);
  await chmod(program, 0o755);
  const before = process.env.PATH;
  process.env.PATH = `${bin}${delimiter}${before ?? ''}`;

  return {
    work,
    command: (target) => [program, target, 'sources'],
    isBuilding: async () => (await readdir(work)).includes('building'),
    async processes() {
      const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
      const lines = await Promise.all(
        pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
      );
      return lines.filter((line) => line.includes(work)).map((line) => line.replaceAll('\0', ' '));
    },
    async mounts() {
      const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
      return lines.filter((line) => line.includes(work));
    },
    async remove() {
      process.env.PATH = before;
      await rm(work, { recursive: true, force: true });
    },
  };
}
