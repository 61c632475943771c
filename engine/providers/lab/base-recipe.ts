/** What machines may run, whatever this host runs: the Debian releases that the blueprints are written for. */
export const suites = { bookworm: 'Debian 12', trixie: 'Debian 13' } as const;

export type Suite = keyof typeof suites;

/** What a machine has before anything is deployed: init, sshd, and what tasks and facts need. */
export const basePackages: readonly string[] = [
  'systemd-sysv',
  'dbus',
  'openssh-server',
  'python3-minimal',
  'python3-apt',
  'iproute2',
  'iputils-ping',
  'ca-certificates',
  'curl',
  'procps',
  'less',
  'netbase',
  'nftables',
  'sudo',
];

/** Kept out of the base and of every later installation: pages and translations that nobody reads on these machines. */
export const dpkgOptions: readonly string[] = [
  'force-unsafe-io',
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/locale/*',
];

/** Units that only cost boot time on a machine that is made new all the time, or that belong to real hardware. */
export const maskedUnits: readonly string[] = [
  'systemd-firstboot.service',
  'systemd-machine-id-commit.service',
  'getty@tty1.service',
  'console-getty.service',
  'getty.target',
  'e2scrub_reap.service',
  'systemd-pstore.service',
  'systemd-logind.service',
  'systemd-update-utmp.service',
  'systemd-update-utmp-runlevel.service',
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'fstrim.timer',
];

/** And those of one suite only. */
export const alsoMasked: Readonly<Record<Suite, readonly string[]>> = {
  bookworm: [],
  trixie: ['tmp.mount'], // /tmp is part of the disk, as on the other machines, and takes none of this host's memory
};

/** The port of the package cache on the lab's bridge address, which is every machine's gateway. */
export const packageCachePort = 3142;

const packageCacheScript = `#!/bin/bash
# Asked by apt which proxy to use for the URI in $1: the lab's package cache while it answers, else none.
case $1 in http:*) ;; *) echo DIRECT; exit ;; esac
read -r _ _ gateway _ < <(ip -4 route show default)
if [ -n "$gateway" ] && timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/${packageCachePort}"' "$gateway" 2>/dev/null; then
  echo "http://$gateway:${packageCachePort}"
else
  echo DIRECT
fi
`;

interface BaseFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** Files written into the base after its packages. */
export const baseFiles: readonly BaseFile[] = [
  {
    path: 'etc/apt/apt.conf.d/60deployday',
    text: [
      'Acquire::http::Proxy-Auto-Detect "/usr/local/lib/deployday/package-cache";',
      'APT::Install-Recommends "false";',
      'Acquire::Languages "none";',
      '',
    ].join('\n'),
    mode: 0o644,
  },
  { path: 'usr/local/lib/deployday/package-cache', text: packageCacheScript, mode: 0o755 },
  {
    path: 'etc/systemd/journald.conf.d/deployday.conf',
    text: '[Journal]\nStorage=volatile\nRuntimeMaxUse=32M\n',
    mode: 0o644,
  },
  {
    path: 'etc/ssh/sshd_config.d/deployday.conf',
    text: [
      'HostKey /etc/ssh/ssh_host_ed25519_key',
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      'UseDNS no',
      'MaxSessions 200',
      'MaxStartups 200',
      '',
    ].join('\n'),
    mode: 0o644,
  },
  { path: 'etc/default/locale', text: 'LANG=C.UTF-8\n', mode: 0o644 },
];
