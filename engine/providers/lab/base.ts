import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ProviderError } from '../../provider.ts';
import { extraKeyrings, hostAptSources, renderAptSources } from './apt-sources.ts';
import { alsoMasked, baseFiles, basePackages, dpkgOptions, maskedUnits, type Suite } from './base-recipe.ts';
import { CommandError, run } from './command.ts';
import { confined, endingWithUs } from './confined.ts';
import { exists } from './disk-file.ts';
import { withFileLock } from './file-lock.ts';
import { freshBuildFolder, removeHalfBuilt } from './half-built.ts';
import { removeAbandonedFolder } from './remove-folder.ts';

export interface BaseOptions {
  readonly cacheDir: string;
  readonly suite: Suite;
  /** A package cache that is listening, `http://host:port`. */
  readonly proxy?: string;
  readonly progress: (line: string) => void;
  /** Aborted, it ends the build at once, removes what is half built, and rejects with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * The base file system that machines start from: built once per recipe and host, shared by every lab that has the same
 * cache folder. Resolves to its path. If `<cacheDir>/base.tar` (of trixie, `base-trixie.tar`) exists it is unpacked instead
 * of built.
 */
export async function ensureBase(options: BaseOptions): Promise<string> {
  const { cacheDir, suite, progress, signal } = options;
  await mkdir(cacheDir, { recursive: true, mode: 0o700 });
  const tar = join(cacheDir, suite === 'bookworm' ? 'base.tar' : `base-${suite}.tar`);
  const path = join(cacheDir, `base-${await recipeHash(suite, tar)}`);
  if (await exists(path)) return path;
  const onWait = () => progress('another process is building the base file system; waiting for it');
  return withFileLock(
    join(cacheDir, 'base.lock'),
    async () => {
      if (await exists(path)) return path;
      await removeHalfBuilt(cacheDir);
      const building = await freshBuildFolder(cacheDir);
      try {
        if (await exists(tar)) await unpack(tar, building, options);
        else await build(building, options);
        signal?.throwIfAborted();
        await finish(building, suite);
        await rename(building, path);
      } catch (error) {
        await removeAbandonedFolder(building);
        signal?.throwIfAborted();
        if (error instanceof ProviderError) throw error;
        throw new ProviderError(
          'failed',
          `cannot make the base file system in ${cacheDir}: ${(error as Error).message}; ${adviceFor(error)}, then try again`,
          { cause: error },
        );
      }
      return path;
    },
    { onWait, ...(signal ? { signal } : {}) },
  );
}

function adviceFor(error: unknown): string {
  // a host that is older than the suite and was not kept up to date
  return error instanceof CommandError && error.stderr.includes('NO_PUBKEY')
    ? "this host's package debian-archive-keyring is too old for this suite: apt-get update && apt-get install debian-archive-keyring"
    : 'check that this host reaches its Debian archive and has 1 GB free';
}

/** Writes a base as a tar file that {@link ensureBase} takes as `<cacheDir>/base.tar` on another machine. */
export async function exportBase(basePath: string, tarFile: string): Promise<void> {
  const fresh = `${tarFile}.new`;
  await run(['tar', '--numeric-owner', '--xattrs', '--one-file-system', '-C', basePath, '-cf', fresh, '.'], {
    timeoutMs: 30 * 60_000,
  });
  await rename(fresh, tarFile);
}

async function recipeHash(suite: Suite, tar: string): Promise<string> {
  const hash = createHash('sha256');
  const recipe = { suite, basePackages, dpkgOptions, maskedUnits: unitsToMask(suite), baseFiles };
  hash.update(JSON.stringify(recipe));
  if (await exists(tar)) {
    const { size, mtimeMs } = await stat(tar);
    hash.update(`tar ${size} ${mtimeMs}`);
  }
  return hash.digest('hex').slice(0, 12);
}

function unitsToMask(suite: Suite): readonly string[] {
  return [...maskedUnits, ...alsoMasked[suite]];
}

async function unpack(tar: string, target: string, { progress, signal }: BaseOptions): Promise<void> {
  progress(`unpacking the base file system from ${tar}`);
  await run(['tar', '--numeric-owner', '--xattrs', '-xpf', tar, '-C', target], {
    within: endingWithUs,
    timeoutMs: 30 * 60_000,
    ...(signal ? { signal } : {}),
  });
}

async function build(target: string, { suite, proxy, progress, signal }: BaseOptions): Promise<void> {
  const sources = await hostAptSources(suite);
  const started = Date.now();
  progress(
    `building the base file system (Debian ${suite}, ${basePackages.length} packages and what they need): once, a minute or two`,
  );
  const sourcesFile = `${target}.sources`;
  await writeFile(sourcesFile, renderAptSources(sources));
  try {
    await run(
      [
        'mmdebstrap',
        '--mode=root',
        '--variant=minbase',
        `--include=${basePackages.join(',')}`,
        '--aptopt=APT::Install-Recommends "false"',
        ...dpkgOptions.map((option) => `--dpkgopt=${option}`),
        suite,
        target,
        sourcesFile,
      ],
      {
        within: confined,
        timeoutMs: 60 * 60_000,
        ...(signal ? { signal } : {}),
        env: proxy === undefined ? {} : { http_proxy: proxy },
        onLine: (line) => {
          const step =
            /^I: (running apt-get update|downloading packages|extracting|installing|cleaning).*/.exec(line);
          if (step) progress(`base file system: ${step[0].slice(3).replace(/\.+$/, '')}`);
        },
      },
    );
  } finally {
    await rm(sourcesFile, { force: true });
  }
  progress(`base file system built in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** What turns a file system with packages into a base; repeatable, so an imported tar gets it too. */
async function finish(root: string, suite: Suite): Promise<void> {
  await chmod(root, 0o755);
  for (const file of baseFiles) {
    const path = join(root, file.path);
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await writeFile(path, file.text);
    await chmod(path, file.mode);
  }
  const units = join(root, 'etc/systemd/system');
  for (const unit of unitsToMask(suite)) await relink('/dev/null', join(units, unit));
  await relink('/lib/systemd/system/multi-user.target', join(units, 'default.target'));
  await writeSources(root, suite);
  const ssh = join(root, 'etc/ssh');
  for (const name of await readdir(ssh)) if (name.startsWith('ssh_host_')) await rm(join(ssh, name));
  const login = join(root, 'etc/pam.d/common-session');
  const rules = await readFile(login, 'utf8');
  await writeFile(login, rules.replace(/^.*pam_systemd\.so.*\n/gm, '')); // asks the masked logind and waits for it
  // an empty machine-id, not a missing one: systemd would take the boot for the very first and enable everything
  for (const file of ['etc/machine-id', 'etc/hostname']) await writeFile(join(root, file), '');
  await rm(join(root, 'var/lib/dbus/machine-id'), { force: true });
}

/** The archive this host uses, so that machines install from where the base came from. An imported base keeps its own where the host has none. */
async function writeSources(root: string, suite: Suite): Promise<void> {
  const sources = await hostAptSources(suite).catch(() => null);
  if (sources === null) return;
  const folder = join(root, 'etc/apt/sources.list.d');
  for (const name of await readdir(folder).catch(() => [])) await rm(join(folder, name));
  await rm(join(root, 'etc/apt/sources.list'), { force: true });
  await writeFile(join(folder, 'debian.sources'), renderAptSources(sources));
  for (const keyring of await extraKeyrings(sources)) {
    await mkdir(join(root, dirname(keyring)), { recursive: true });
    await writeFile(join(root, keyring), await readFile(keyring));
  }
}

async function relink(target: string, path: string): Promise<void> {
  await rm(path, { force: true });
  await symlink(target, path);
}
