/** What differs between any two machines and tells nothing about how they are set up. */

/** Content that is made new on every machine. */
const ALWAYS_OWN: readonly RegExp[] = [
  /^\/etc\/(machine-id|hostname|resolv\.conf|mtab|adjtime|ld\.so\.cache|\.updated|\.pwd\.lock)$/,
  /^\/etc\/(passwd|shadow|group|gshadow|subuid|subgid)-$/,
  /^\/etc\/ssh\/ssh_host_/,
  /^\/etc\/ssl\/(certs|private)\/ssl-cert-snakeoil\./,
  /^\/etc\/(iscsi\/initiatorname\.iscsi|nvme\/host(id|nqn)|bind\/rndc\.key)$/,
  /^\/etc\/lvm\/(archive|backup)\//, // LVM writes down each change of a volume
];

/** Content that each environment makes once: keys, passwords, numbers of accounts in the order of their installation. */
const OWN_TO_ENVIRONMENT: readonly RegExp[] = [
  /^\/etc\/(passwd|shadow|group|gshadow|subuid|subgid)$/,
  /^\/etc\/[^/]+\/(fernet|credential)-keys\//,
  /^\/etc\/mysql\/debian\.cnf$/,
  /^\/etc\/rabbitmq\/definitions\.json$/, // passwords, each hashed with a salt
];

const KERNEL_FILE_SYSTEMS = new Set(
  `proc sysfs cgroup cgroup2 devpts devtmpfs mqueue hugetlbfs debugfs tracefs securityfs pstore bpf configfs fusectl ramfs
   autofs binfmt_misc efivarfs nsfs rpc_pipefs`.split(/\s+/),
);

/** Whether the fact tells nothing. `same`: both sides are one environment at two times, which excuses less. */
export function isNoise(topic: string, key: string, value: string, same: boolean): boolean {
  switch (topic) {
    case 'files':
      if (value === '-> ssl-cert-snakeoil.pem' || ALWAYS_OWN.some((own) => own.test(key))) return true;
      return !same && OWN_TO_ENVIRONMENT.some((own) => own.test(key));
    case 'modes':
      return ALWAYS_OWN.some((own) => own.test(key));
    case 'mounts':
      return (
        /^\/(proc|sys|dev|run)(\/|$)/.test(key) ||
        KERNEL_FILE_SYSTEMS.has(value.split(' ')[0] ?? '') ||
        ALWAYS_OWN.some((own) => own.test(key))
      );
    case 'services':
      // A unit that nothing enabled and that does not run may be known to systemd or not, by chance.
      if (/^inactive\/dead( static| transient| alias| indirect| generated)?$/.test(value)) return true;
      // What systemd does once at a boot, where there is something to do: at the first one and after an update.
      if (value === 'active/exited static') return true;
      return /^(systemd-udev-load-credentials\.|run-|session-|user@|user-runtime-dir@|modprobe@|systemd-fsck@|getty@|ssh@|sshd@)/.test(
        key,
      );
    case 'os':
      // What a machine began from says how it was made; what is on it is told by all else.
      return key === 'layer' || (key === 'hostname' && !same);
    default:
      return false;
  }
}
