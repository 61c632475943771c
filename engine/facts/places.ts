/** Files and folders whose content, owners and modes are looked at on every node. */
export const LOOKED_AT: readonly string[] = [
  '/etc',
  '/root/.ssh/authorized_keys',
  '/var/spool/cron/crontabs',
];

/** Configuration files that are taken apart setting by setting on every node, beside those of the blueprint. */
export const CONFIGURATION: readonly string[] = [
  ...['/etc/hosts', '/etc/fstab', '/etc/crontab', '/etc/cron.d/*', '/var/spool/cron/crontabs/*'],
  ...[
    '/etc/sysctl.conf',
    '/etc/sysctl.d/*.conf',
    '/etc/modules',
    '/etc/modules-load.d/*.conf',
    '/etc/modprobe.d/*.conf',
  ],
  ...['/etc/ssh/sshd_config', '/etc/ssh/sshd_config.d/*.conf', '/etc/sudoers', '/etc/sudoers.d/*'],
  ...['/etc/apt/sources.list', '/etc/apt/sources.list.d/*', '/etc/apt/preferences.d/*'],
  ...[
    '/etc/environment',
    '/etc/default/*',
    '/etc/nsswitch.conf',
    '/etc/security/limits.conf',
    '/etc/security/limits.d/*.conf',
  ],
  ...[
    '/etc/systemd/*.conf',
    '/etc/systemd/*.conf.d/*.conf',
    '/etc/systemd/system/*.*',
    '/etc/systemd/system/*.d/*.conf',
  ],
  ...['/etc/nginx/nginx.conf', '/etc/nginx/conf.d/*.conf', '/etc/nginx/sites-enabled/*'],
  ...[
    '/etc/apache2/*.conf',
    '/etc/apache2/*-enabled/*.conf',
    '/etc/haproxy/haproxy.cfg',
    '/etc/netplan/*.yaml',
  ],
  ...[
    '/etc/mysql/*.cnf',
    '/etc/mysql/*/*.cnf',
    '/etc/rabbitmq/*.conf',
    '/etc/memcached.conf',
    '/etc/chrony/chrony.conf',
  ],
];
