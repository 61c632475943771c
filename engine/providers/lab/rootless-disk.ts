import { chmod, cp, lstat, mkdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { run } from './command.ts';
import { exists } from './disk-file.ts';
import type { MachinePlace } from './driver.ts';
import { discard } from './lab-folder.ts';
import { hostsFile, type Identity } from './machine-disk.ts';

/** Of the host's /etc, what programs need to run and nothing that is anybody's secret; what is missing is left out. */
const copiedFromEtc: readonly string[] = [
  'alternatives',
  'bash.bashrc',
  'ca-certificates.conf',
  'debian_version',
  'default/locale',
  'dpkg/origins',
  'environment',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'mime.types',
  'networks',
  'os-release',
  'perl',
  'profile',
  'protocols',
  'python3',
  'python3.11',
  'python3.13',
  'rpc',
  'services',
  'shells',
  'ssl/certs',
  'ssl/openssl.cnf',
  'terminfo',
  'timezone',
];

const ownFolders: readonly string[] = [
  ...['dev', 'etc', 'home', 'media', 'mnt', 'opt', 'proc', 'root', 'run', 'srv', 'sys', 'tmp', 'usr'],
  ...['etc/ssh', 'etc/ssl', 'etc/default', 'etc/dpkg', 'var', 'var/cache', 'var/lib', 'var/lib/dpkg'],
  ...['var/lib/deployday', 'var/log', 'var/spool', 'var/tmp'],
];

/** The user that tasks run as on rootless machines: whoever runs the bot. */
export function rootlessUser(): { name: string; home: string } {
  const name = userInfo().username;
  return { name, home: `/home/${name}` };
}

export function diskOf(machine: MachinePlace): string {
  return join(machine.folder.dir, 'disk');
}

/** The machine's disk as a copy of a kept layer. */
export async function diskFromLayer(machine: MachinePlace, layer: string): Promise<void> {
  await discard(machine.lab, diskOf(machine));
  const source = join(machine.folder.layers, layer);
  await run(['cp', '-a', '--reflink=auto', '--sparse=always', '--', source, diskOf(machine)], {
    timeoutMs: 600_000,
  });
}

/** A new disk: folders to write to, links as on the host, an /etc of its own. Programs come from the host's /usr at each start. */
export async function emptyDisk(
  machine: MachinePlace,
  identity: Identity,
  sshdOptions: readonly string[],
): Promise<void> {
  const target = diskOf(machine);
  const disk = `${target}.new`;
  await rm(disk, { recursive: true, force: true });
  const { name, home } = rootlessUser();
  await mkdir(disk, { recursive: true, mode: 0o755 });
  for (const folder of ownFolders) await mkdir(join(disk, folder), { recursive: true, mode: 0o755 });
  await mkdir(join(disk, home), { mode: 0o700 });
  for (const open of ['tmp', 'var/tmp']) await chmod(join(disk, open), 0o1777);
  for (const dir of ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']) await likeOnHost(disk, dir);
  for (const path of copiedFromEtc) await copyFromEtc(disk, path);
  const put = (path: string, text: string, mode = 0o644) =>
    writeFile(join(disk, 'etc', path), text, { mode });
  const uid = process.getuid?.();
  const gid = process.getgid?.();
  await put(
    'passwd',
    [
      'root:x:0:0:root:/root:/bin/sh',
      `${name}:x:${uid}:${gid}:${name}:${home}:/bin/sh`,
      'sshd:x:102:65534::/run/sshd:/usr/sbin/nologin',
      'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
      '',
    ].join('\n'),
  );
  await put('group', `root:x:0:\n${name}:x:${gid}:\nnogroup:x:65534:\n`);
  await put('nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n');
  await put('hostname', `${identity.spec.hostname}\n`);
  await put('hosts', hostsFile(identity.spec, identity.address));
  await put('resolv.conf', '');
  await put('machine-id', `${identity.machineId}\n`);
  await put('ssh/ssh_host_ed25519_key', identity.hostKey.privateKey, 0o600);
  await put('ssh/authorized_keys', `${identity.clientPublicKey} deployday\n`, 0o600);
  await put(
    'ssh/sshd_config',
    [
      'HostKey /etc/ssh/ssh_host_ed25519_key',
      'AuthorizedKeysFile /etc/ssh/authorized_keys',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'UsePAM no',
      'StrictModes no',
      'PidFile none',
      'UseDNS no',
      'MaxSessions 200',
      'Subsystem sftp internal-sftp',
      `SetEnv PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      ...sshdOptions,
      '',
    ].join('\n'),
  );
  await discard(machine.lab, target);
  await rename(disk, target);
}

async function likeOnHost(disk: string, dir: string): Promise<void> {
  const there = await lstat(`/${dir}`).catch(() => null);
  if (there?.isSymbolicLink()) await symlink(await readlink(`/${dir}`), join(disk, dir));
  else if (there) await mkdir(join(disk, dir)); // a host that is not merged-usr: bound at the start
}

async function copyFromEtc(disk: string, path: string): Promise<void> {
  const source = join('/etc', path);
  if (!(await exists(source)) && !(await lstat(source).catch(() => null))) return;
  await cp(source, join(disk, 'etc', path), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (file) => lstat(file).then(async (s) => s.isSymbolicLink() || exists(file)),
  }).catch(() => {}); // unreadable for an ordinary user: then the machine does without it, as the user does
}
