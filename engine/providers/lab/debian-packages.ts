import { stat } from 'node:fs/promises';
import { ProviderError } from '../../provider.ts';
import { run } from './command.ts';
import { exists } from './disk-file.ts';

interface Needed {
  readonly package: string;
  /** The package counts as there when one of these files is. */
  readonly files: readonly string[];
  readonly why: string;
}

/** Every Debian package that the booted driver needs on this machine, and what for. */
export const neededPackages: readonly Needed[] = [
  { package: 'systemd-container', files: ['/usr/bin/systemd-nspawn'], why: 'boots the machines' },
  {
    package: 'mmdebstrap',
    files: ['/usr/bin/mmdebstrap'],
    why: 'builds the file system that machines start from',
  },
  {
    package: 'nftables',
    files: ['/usr/sbin/nft', '/sbin/nft'],
    why: 'lets machines out, and keeps them off this host',
  },
  {
    package: 'iproute2',
    files: ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip', '/bin/ip'],
    why: 'gives each machine its network',
  },
  {
    package: 'debian-archive-keyring',
    files: ['/usr/share/keyrings/debian-archive-keyring.gpg'],
    why: "checks the signatures of Debian's archive",
  },
];

/** Installs what is missing, saying so first. Needs root. */
export async function installMissingPackages(progress: (line: string) => void): Promise<void> {
  const missing: Needed[] = [];
  for (const needed of neededPackages) {
    const there = await Promise.all(needed.files.map(exists));
    if (!there.includes(true)) missing.push(needed);
  }
  if (missing.length === 0) return;
  const names = missing.map((needed) => needed.package);
  progress(`installing Debian packages: ${missing.map((n) => `${n.package} (${n.why})`).join(', ')}`);
  try {
    if (await listsAreOld()) await aptGet(['update']);
    await aptGet(['install', '--no-install-recommends', ...names]).catch(async () => {
      await aptGet(['update']); // lists that name package versions which the mirror no longer has
      await aptGet(['install', '--no-install-recommends', ...names]);
    });
  } catch (error) {
    throw new ProviderError(
      'missing',
      `cannot install ${names.join(', ')} with apt-get (${(error as Error).message}); install them by hand: apt-get install ${names.join(' ')}`,
      { cause: error },
    );
  }
}

async function aptGet(words: readonly string[]): Promise<void> {
  await run(['apt-get', '-y', '-q', '-o', 'DPkg::Lock::Timeout=300', ...words], {
    env: { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1' },
    timeoutMs: 20 * 60_000,
  });
}

async function listsAreOld(): Promise<boolean> {
  const oneDayMs = 24 * 3600_000;
  const lists = await run(['find', '/var/lib/apt/lists', '-maxdepth', '1', '-name', '*Packages*']).catch(
    () => '',
  );
  if (lists.trim() === '') return true;
  const { mtimeMs } = await stat('/var/lib/apt/lists');
  return Date.now() - mtimeMs > oneDayMs;
}
