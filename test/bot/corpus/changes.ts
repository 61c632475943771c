/** One thing that somebody may do to a node, and how a comparison must name it: its topic and its key. */
export interface CorpusChange {
  readonly kind: string;
  /** For root's shell on a node of the blueprint `corpus`. */
  readonly change: string;
  readonly topic: string;
  readonly key: RegExp;
  /** What else follows from it by itself, `topic key`. */
  readonly also?: RegExp;
}

export const CORPUS: readonly CorpusChange[] = [
  {
    kind: 'a setting changed',
    change: "sed -i 's/^debug = false/debug = true/' /etc/app/app.conf",
    topic: 'settings',
    key: /^\/etc\/app\/app\.conf \[DEFAULT\] debug$/,
  },
  {
    kind: 'a setting added',
    change: "sed -i '/^workers/a timeout = 5' /etc/app/app.conf",
    topic: 'settings',
    key: /app\.conf \[DEFAULT\] timeout$/,
  },
  {
    kind: 'a setting removed',
    change: "sed -i '/^workers/d' /etc/app/app.conf",
    topic: 'settings',
    key: /app\.conf \[DEFAULT\] workers$/,
  },
  {
    kind: 'a password changed',
    change: "sed -i 's/app:[^@]*@/app:another-one@/' /etc/app/app.conf",
    topic: 'settings',
    key: /app\.conf \[database\] connection$/,
  },
  {
    kind: 'a setting in an nginx block',
    change: "sed -i 's/listen 80/listen 81/' /etc/nginx/nginx.conf",
    topic: 'settings',
    key: /nginx\.conf \[http\/server\] listen$/,
  },
  {
    kind: 'a setting in an Apache block',
    change: "sed -i 's/a.example/b.example/' /etc/apache2/apache2.conf",
    topic: 'settings',
    key: /apache2\.conf \[VirtualHost \*:80\] ServerName$/,
  },
  {
    kind: 'a line of YAML',
    change: "echo '  renderer: networkd' >>/etc/netplan/50.yaml",
    topic: 'settings',
    key: /50\.yaml network\.renderer$/,
  },
  {
    kind: 'a sysctl file',
    change: "sed -i 's/600/60/' /etc/sysctl.d/10-app.conf",
    topic: 'settings',
    key: /10-app\.conf net\.ipv4\.tcp_keepalive_time$/,
  },
  {
    kind: 'a sysctl as it is now',
    change: 'mount -o remount,rw,bind /proc/sys; echo 61 >/proc/sys/net/ipv4/tcp_fin_timeout',
    topic: 'sysctl',
    key: /^net\.ipv4\.tcp_fin_timeout$/,
  },
  {
    kind: 'a package in another version',
    change: "sed -i '/^Package: less$/,/^$/s/^Version: .*/Version: 1:1.0/' /var/lib/dpkg/status",
    topic: 'packages',
    key: /^less$/,
  },
  {
    kind: 'a package removed',
    change: 'dpkg --purge --force-depends netbase',
    topic: 'packages',
    key: /^netbase$/,
    also: /^files \/etc\/(protocols|services|rpc|ethertypes|networks)$/,
  },
  {
    kind: 'a package installed',
    change: String.raw`mkdir -p /tmp/p/DEBIAN && printf 'Package: surprise\nVersion: 1\nArchitecture: all\nMaintainer: x <x@x>\nDescription: x\n' >/tmp/p/DEBIAN/control && dpkg-deb -b /tmp/p /tmp/p.deb && dpkg -i /tmp/p.deb`,
    topic: 'packages',
    key: /^surprise$/,
  },
  {
    kind: 'a service stopped',
    change: 'systemctl stop app.service',
    topic: 'services',
    key: /^app\.service$/,
  },
  {
    kind: 'a service disabled',
    change: 'systemctl disable app.service',
    topic: 'services',
    key: /^app\.service$/,
    also: /^files \/etc\/systemd\/system\/multi-user\.target\.wants\/app\.service$/,
  },
  {
    kind: 'a service masked',
    change: 'systemctl mask ssh.socket',
    topic: 'services',
    key: /^ssh\.socket$/,
    also: /^files \/etc\/systemd\/system\/ssh\.socket$/,
  },
  { kind: 'a timer stopped', change: 'systemctl stop tidy.timer', topic: 'services', key: /^tidy\.timer$/ },
  {
    kind: "a unit's environment",
    change: String.raw`mkdir -p /etc/systemd/system/app.service.d && printf '[Service]\nEnvironment=MODE=fast\n' >/etc/systemd/system/app.service.d/mode.conf`,
    topic: 'files',
    key: /app\.service\.d\/mode\.conf$/,
  },
  {
    kind: "a unit's own setting",
    change: "sed -i 's/MODE=slow/MODE=fast/' /etc/systemd/system/app.service",
    topic: 'settings',
    key: /app\.service \[Service\] Environment MODE$/,
  },
  {
    kind: 'a port listened on',
    change:
      'nohup setsid python3 -c \'import socket, time; s = socket.socket(); s.bind(("0.0.0.0", 8888)); s.listen(); time.sleep(600)\' >/dev/null 2>&1 & sleep 1',
    topic: 'ports',
    key: /^tcp 0\.0\.0\.0:8888$/,
  },
  {
    kind: 'a user missing',
    change: 'userdel deployer',
    topic: 'users',
    key: /^deployer$/,
    also: /^(groups ops|files \/etc\/(passwd|shadow|group|gshadow|subuid|subgid))$/,
  },
  {
    kind: 'a user added',
    change: 'useradd --system intruder',
    topic: 'users',
    key: /^intruder$/,
    also: /^(groups intruder|files \/etc\/(passwd|shadow|group|gshadow|subuid|subgid))$/,
  },
  {
    kind: 'a group added',
    change: 'groupadd --system crowd',
    topic: 'groups',
    key: /^crowd$/,
    also: /^files \/etc\/(group|gshadow)$/,
  },
  {
    kind: 'an endpoint',
    change: "sed -i 's/5000/5001/' /srv/endpoints",
    topic: 'endpoints',
    key: /^identity$/,
  },
  {
    kind: 'a mount',
    change: 'mkdir -p /mnt/x && mount -t tmpfs -o ro none /mnt/x',
    topic: 'mounts',
    key: /^\/mnt\/x$/,
  },
  {
    kind: 'a line of fstab',
    change: "echo '/dev/vdb /var/lib/app ext4 noatime 0 2' >>/etc/fstab",
    topic: 'settings',
    key: /^\/etc\/fstab \/var\/lib\/app$/,
  },
  {
    kind: 'a kernel module to load',
    change: 'echo br_netfilter >/etc/modules-load.d/app.conf',
    topic: 'files',
    key: /modules-load\.d\/app\.conf$/,
  },
  {
    kind: 'a cron job',
    change: "mkdir -p /etc/cron.d && echo '* * * * * root /bin/miner' >/etc/cron.d/miner",
    topic: 'files',
    key: /^\/etc\/cron\.d\/miner$/,
  },
  {
    kind: "a file's mode",
    change: 'chmod 666 /etc/app/app.conf',
    topic: 'modes',
    key: /^\/etc\/app\/app\.conf$/,
  },
  {
    kind: "a file's owner",
    change: 'chown 65534 /etc/netplan/50.yaml',
    topic: 'modes',
    key: /^\/etc\/netplan\/50\.yaml$/,
  },
  {
    kind: "a symlink's target",
    change: 'ln -sfn /etc/app/other.conf /etc/app/current',
    topic: 'files',
    key: /^\/etc\/app\/current$/,
  },
  {
    kind: 'an entry of the hosts file',
    change: "echo '192.0.2.7 db.example' >>/etc/hosts",
    topic: 'settings',
    key: /^\/etc\/hosts 192\.0\.2\.7$/,
  },
  {
    kind: 'an apt source',
    change: "echo 'deb http://mirror.example/debian bookworm contrib' >/etc/apt/sources.list.d/extra.list",
    topic: 'files',
    key: /sources\.list\.d\/extra\.list$/,
  },
  {
    kind: 'an image',
    change: "echo 'layer 2' >/srv/images/base",
    topic: 'files',
    key: /^\/srv\/images\/base$/,
  },
  {
    kind: 'a certificate',
    change: 'echo two >/etc/app/cert.pem',
    topic: 'files',
    key: /^\/etc\/app\/cert\.pem$/,
  },
  {
    kind: 'a login key',
    change: "echo 'ssh-ed25519 AAAA intruder' >>/root/.ssh/authorized_keys",
    topic: 'files',
    key: /authorized_keys$/,
  },
  {
    kind: 'an sshd setting',
    change: "echo 'PermitEmptyPasswords yes' >>/etc/ssh/sshd_config",
    topic: 'settings',
    key: /sshd_config PermitEmptyPasswords$/,
  },
  {
    kind: 'a configuration file gone',
    change: 'rm /etc/nginx/nginx.conf',
    topic: 'files',
    key: /^\/etc\/nginx\/nginx\.conf$/,
  },
  {
    kind: 'a sudo rule',
    change: "echo 'deployer ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/deployer",
    topic: 'files',
    key: /sudoers\.d\/deployer$/,
  },
  {
    kind: 'the clock',
    change: String.raw`printf '#!/bin/sh\nexec /bin/date.real -d "+1 hour" "$@"\n' >/tmp/d && mv /bin/date /bin/date.real && mv /tmp/d /bin/date && chmod 755 /bin/date`,
    topic: 'clock',
    key: /^offset$/,
  },
];

/** Those that undo or hide one another cannot be made at once. */
export const ALONE: ReadonlySet<string> = new Set([
  'a service stopped',
  'a setting removed',
  'a setting in an nginx block',
  "a unit's own setting",
  'a user missing',
]);
