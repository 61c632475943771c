import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { appendFile, chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FactSpec } from '../../../engine/blueprint/blueprint.ts';
import { diffFacts } from '../../../engine/diff.ts';
import { gatherScript } from '../../../engine/facts/gather.ts';
import { readFacts } from '../../../engine/facts/parse.ts';
import { READINGS } from '../../../engine/facts/readings.ts';
import { type Need, needHost } from '../../support/needs.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const has = (program: string) => spawnSync(program, ['true']).error === undefined;

const TOLD = 'ask controller at summit\n';
const ADDRESSED = 'listen 10.0.0.5:80 10.0.0.5,10.0.0.50 generated4711 at summit\n';

/** One byte more than what is read whole, most of it a hole. */
const LARGE = { begin: 'begin\n', bytes: 32 * 1024 * 1024 + 1 };
const MIB = 1024 * 1024;

const FORMS = {
  'site.conf':
    'User www\n<VirtualHost *:80>\n  ServerName a.example\n  <Directory /srv>\n    Require all granted\n  </Directory>\n</VirtualHost>\n',
  'nginx.conf':
    'worker_processes 4;\nhttp {\n  server {\n    listen 80;\n    location / {\n      proxy_pass http://127.0.0.1:8080;\n    }\n  }\n}\n',
  'net.yaml':
    'network:\n  version: 2\n  ethernets:\n    eth0:\n      addresses:\n        - 10.1.0.5/24\n        - 10.1.0.6/24\n      mtu: 9000\n',
  sshd_config: '# comment\nPermitRootLogin no\nMatch User git\n  X11Forwarding no\n',
  'x.service': '[Service]\nEnvironment=MODE=fast\nEnvironment="OS_PASSWORD=hunter22"\nExecStart=/bin/x\n',
  '99-own.cnf':
    '# comment\n; comment\n[mysqld]\nmax_connections = 5\nskip-networking\n!includedir /etc/mysql/more\n[client]\nuser=x\n',
  'cron.d-jobs': 'MAILTO=root\n0 3 * * * root /usr/bin/backup\n@daily root /bin/once\n',
};

/** As the blueprint `essex` writes it. */
const openrc = (address: string, password: string) => `# . /root/openrc; openstack token issue
export OS_AUTH_URL=http://${address}:5000/v3 OS_IDENTITY_API_VERSION=3 OS_REGION_NAME='RegionOne'
export OS_USERNAME=admin OS_USER_DOMAIN_NAME=Default
export OS_PASSWORD='${password}'
`;

let folder: string;
let applets: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "deployday facts '-"));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'srv'));
  await writeFile(join(folder, 'srv/plain'), 'content\n');
  await writeFile(join(folder, 'srv/tab\tname'), '');
  await writeFile(join(folder, 'srv/line\nname'), 'x');
  await writeFile(join(folder, 'srv/closed'), 'closed', { mode: 0o600 });
  await writeFile(join(folder, 'srv/addressed'), ADDRESSED);
  await writeFile(join(folder, 'srv/told'), TOLD);
  await writeFile(join(folder, 'srv/large'), LARGE.begin);
  await truncate(join(folder, 'srv/large'), LARGE.bytes - 4);
  await appendFile(join(folder, 'srv/large'), 'end\n');
  await symlink('/somewhere else', join(folder, 'srv/link'));
  await writeFile(
    join(folder, 'keystone.conf'),
    `# comment
[DEFAULT]
transport_url = rabbit://openstack:p/w:1@ctl:5672,openstack:second@ctl2:5672/
my_ip=10.0.0.5
flag
servers = a,
  b
[keystone_authtoken]
password = hunter22
key_file = /etc/keystone/key
region_name: RegionOne
requirepass hunter22
option = 1
option = 2
[database]
connection = mysql+pymysql://keystone:hunter22@127.0.0.1/keystone
slave_connection = mysql+pymysql://keystone:generated4711@127.0.0.1/keystone
[backend]
exec = tool --password hunter22 --verbose
`,
  );
  await mkdir(join(folder, 'forms'));
  for (const [name, text] of Object.entries(FORMS)) await writeFile(join(folder, 'forms', name), text);
  applets = join(folder, 'applets');
  await mkdir(applets);
  if (has('busybox')) spawnSync('busybox', ['--install', '-s', applets]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const spec = (): FactSpec => ({
  files: [`${folder}/srv/*`, `${folder}/$(touch evil)\`touch evil\`;touch evil`],
  settings: [
    `${folder}/forms/*`,
    `${folder}/key[r-t]tone.conf`,
    `${folder}/keystone.conf`,
    `${folder}/none.conf`,
    `${folder}/srv/openrc`,
  ],
  scripts: [
    { topic: 'endpoints', on: null, run: 'say "$T" x; cat; echo noise; false' },
    { topic: 'other', on: 'compute', run: 'echo never' },
    {
      topic: 'refused',
      on: null,
      run: `printf 'one\\t1\\n'; echo warning >&2; printf 'glance:\\tconnection refused\\n\\n' >&2; exit 7`,
    },
    { topic: 'long', on: null, run: `echo ${'x'.repeat(400)} >&2; false` },
    { topic: 'longer', on: null, run: `echo ${'x'.repeat(5000)} >&2; false` },
    { topic: 'noisy', on: null, run: `printf 'one\\t1\\n'; echo warning >&2` },
    { topic: 'broken', on: 'controller', run: 'if (' },
  ],
});

/** What the engine tells every script of an environment. */
const OWN = {
  HOSTS: '10.0.0.5 controller\n10.0.0.6 compute-1',
  ENVIRONMENT: 'summit',
  PARAM_ADMIN_PASSWORD: 'generated4711',
};

const shells: {
  name: string;
  argv: string[];
  env?: () => NodeJS.ProcessEnv;
  need: Need;
  uid?: number;
}[] = [
  { name: 'dash', argv: ['/bin/dash'], need: needHost({ commands: ['dash'] }) },
  {
    name: 'busybox, with none but its own commands',
    argv: ['busybox', 'sh'],
    env: () => ({ PATH: `${applets}` }),
    need: needHost({ commands: ['busybox'] }),
  },
  {
    name: 'dash as an ordinary user',
    argv: ['/bin/dash'],
    uid: 65_534,
    need: needHost({ root: true, commands: ['dash'] }),
  },
];

describe.each(shells)('the gather script under $name', ({ argv, env, need, uid }) => {
  beforeEach(({ skip }) => {
    if (!need.ok) skip(need.why);
  });

  const gather = (own: Readonly<Record<string, string>> = OWN) => {
    const options = { prelude: `say() { printf 'key\\tvalue\\n'; }`, secrets: ['admin_password'] };
    const script = gatherScript(spec(), 'controller', options);
    const [command = '', ...args] = argv;
    const busybox = command === 'busybox' && has('busybox');
    const program = busybox
      ? spawnSync('sh', ['-c', 'command -v busybox']).stdout.toString().trim()
      : command;
    writeFileSync(join(folder, 'gather.sh'), script);

    const ran = spawnSync(program, [...args, join(folder, 'gather.sh')], {
      cwd: '/',
      env: { ...(env?.() ?? process.env), ...own },
      maxBuffer: 64 * 1024 * 1024,
      ...(uid !== undefined && { uid, gid: uid }),
    });
    return { ...ran, ...readFacts(ran.stdout) };
  };

  it('prints all topics, completely', () => {
    const { facts, complete, skipped, stderr, status } = gather();
    expect(stderr.toString()).toBe('');
    expect(status).toBe(0);
    expect(complete).toBe(true);
    // The fact script's noise, and perhaps a name that this sha256sum does not escape.
    expect(skipped).toBeLessThanOrEqual(3);
    expect(Object.keys(facts.os ?? {}).sort()).toEqual(
      expect.arrayContaining(['arch', 'hostname', 'kernel']),
    );
    expect(facts.users?.root).toMatch(/^0:0:\//);
    expect(facts.mounts?.['/proc']).toMatch(/^proc rw/);
    expect(Object.keys(facts.files ?? {}).length).toBeGreaterThan(20);
  });

  it('hashes files, shows where links lead, and leaves own names out of the count', () => {
    const { facts } = gather();
    const files = facts.files ?? {};
    expect(files[`${folder}/srv/plain`]).toBe(sha256('content\n'));
    expect(files[`${folder}/srv/link`]).toBe('-> /somewhere else');
    expect(files[`${folder}/srv/closed`]).toBe(uid === undefined ? sha256('closed') : '(unreadable)');
    expect(files[`${folder}/srv/addressed`]).toBe(
      `${sha256(ADDRESSED)} ~${sha256('listen <controller address>:80 <controller address>,10.0.0.50 (secret param admin_password) at <environment>\n')} with addresses`,
    );
    expect(files[`${folder}/srv/plain`]).toBe(sha256('content\n'));
    if (argv[0] !== 'busybox') expect(files[`${folder}/srv/line\nname`]).toBe(sha256('x'));
    expect(Object.keys(files).some((path) => path.includes('evil'))).toBe(false);
  });

  it('tells a large file by its size and its two ends, so that an image store is looked at in time', () => {
    const { files = {} } = gather().facts;
    const [begin, end] = [LARGE.begin.padEnd(MIB, '\0'), 'end\n'.padStart(MIB, '\0')];
    expect(files[`${folder}/srv/large`]).toBe(
      `${LARGE.bytes} bytes with ends ${sha256(begin + end).slice(0, 16)}`,
    );
  });

  it('an environment that is called as one of its nodes takes nothing from that name', () => {
    const { facts } = gather({ ...OWN, ENVIRONMENT: 'controller' });
    const renamed = sha256('ask <controller> at summit\n');
    expect(facts.files?.[`${folder}/srv/told`]).toBe(`${sha256(TOLD)} ~${renamed}`);
  });

  it('reads settings one by one, and no password leaves the node', () => {
    const { facts, stdout } = gather();
    const file = `${folder}/keystone.conf`;
    const short = sha256('hunter22').slice(0, 8);
    const rabbit = sha256('p/w:1@ctl:5672,openstack:second').slice(0, 8);
    const once = Object.entries(facts.settings ?? {})
      .filter(([key]) => key.startsWith(folder) && !/\/forms\/|\/openrc/.test(key))
      .map(([key, value]) => [key.replace(file, 'F'), value]);
    // The file is named twice, by a glob, too; its settings are there once each.
    expect(Object.fromEntries(once)).toEqual({
      'F [DEFAULT] transport_url': `rabbit://openstack:(secret ${rabbit})@ctl2:5672/`,
      'F [DEFAULT] my_ip': '10.0.0.5',
      'F [DEFAULT] flag': '',
      'F [DEFAULT] servers': 'a, b',
      'F [keystone_authtoken] password': `(secret ${short})`,
      'F [keystone_authtoken] key_file': '/etc/keystone/key',
      'F [keystone_authtoken] region_name': 'RegionOne',
      'F [keystone_authtoken] requirepass': `(secret ${short})`,
      'F [keystone_authtoken] option': '1, 2',
      'F [database] connection': `mysql+pymysql://keystone:(secret ${short})@127.0.0.1/keystone`,
      'F [database] slave_connection':
        'mysql+pymysql://keystone:(secret param admin_password)@127.0.0.1/keystone',
      'F [backend] exec': `tool --password (secret ${sha256('hunter22 --verbose').slice(0, 8)})`,
      [`${folder}/none.conf`]: '(missing)',
    });
    expect(stdout.toString()).not.toMatch(/hunter22|p\/w:1|generated4711/);
  });

  it("an admin's openrc is the same where only its own password and addresses are others", () => {
    const file = join(folder, 'srv/openrc');
    const side = (address: string, password: string, written = password) => {
      writeFileSync(file, openrc(address, written));
      const own = {
        ...OWN,
        HOSTS: `${address} controller\n10.0.0.6 compute-1`,
        PARAM_ADMIN_PASSWORD: password,
      };
      const { facts, stdout } = gather(own);
      expect(stdout.toString()).not.toMatch(/pass-of|former/);
      const only = (topic: string) =>
        Object.fromEntries(Object.entries(facts[topic] ?? {}).filter(([key]) => key.startsWith(file)));
      return { controller: { files: only('files'), settings: only('settings'), modes: only('modes') } };
    };
    const names = { left: { '10.0.0.5': 'controller' }, right: { '10.9.0.77': 'controller' } };
    const left = side('10.0.0.5', 'pass-of-a');
    const keys = (right: typeof left) => diffFacts(left, right, { names }).map(({ key }) => key);
    expect(keys(side('10.9.0.77', 'pass-of-b'))).toEqual([]);
    const gone = { controller: { files: {}, settings: { [file]: '(missing)' }, modes: {} } };
    expect(diffFacts(left, gone)).toMatchObject([{ topic: 'files', key: file, right: null }]);
    const again = diffFacts(left, side('10.0.0.5', 'pass-of-a', 'former'), { same: true });
    expect(again).toMatchObject([{ topic: 'settings', key: `${file} export OS_PASSWORD` }]);
  });

  it('takes files of other forms apart, too', () => {
    const { facts } = gather();
    const of = (file: string) =>
      Object.entries(facts.settings ?? {}).flatMap(([key, value]) =>
        key.startsWith(`${folder}/forms/${file} `)
          ? [`${key.slice(`${folder}/forms/${file} `.length)} = ${value}`]
          : [],
      );
    expect(of('site.conf')).toEqual([
      'User = www',
      '[VirtualHost *:80] ServerName = a.example',
      '[VirtualHost *:80/Directory |srv] Require = all granted',
    ]);
    expect(of('nginx.conf')).toEqual([
      'worker_processes = 4',
      '[http/server] listen = 80',
      '[http/server/location |] proxy_pass = http://127.0.0.1:8080',
    ]);
    expect(of('net.yaml')).toEqual([
      'network.version = 2',
      'network.ethernets.eth0.addresses = 10.1.0.5/24, 10.1.0.6/24',
      'network.ethernets.eth0.mtu = 9000',
    ]);
    expect(of('sshd_config')).toEqual(['PermitRootLogin = no', 'Match = User git', 'X11Forwarding = no']);
    expect(of('x.service')).toEqual([
      '[Service] Environment MODE = fast',
      `[Service] Environment OS_PASSWORD = (secret ${sha256('hunter22').slice(0, 8)})`,
      '[Service] ExecStart = /bin/x',
    ]);
    expect(of('99-own.cnf')).toEqual([
      '[mysqld] max_connections = 5',
      '[mysqld] skip-networking = ',
      '[mysqld] !includedir = /etc/mysql/more',
      '[client] user = x',
    ]);
    expect(of('cron.d-jobs')).toEqual([
      'MAILTO = root',
      'root /usr/bin/backup = 0 3 * * * ',
      'root /bin/once = @daily ',
    ]);
  });

  it("runs the role's own scripts after the prelude, and tells of those that fail", () => {
    const { facts } = gather();
    expect(facts.endpoints).toEqual({ key: 'value', '(failed)': 'exit code 1' });
    expect(facts.broken).toEqual({ '(failed)': expect.stringMatching(/^exit code 2: .*[Ss]yntax error/) });
    expect(facts.refused).toEqual({ one: '1', '(failed)': 'exit code 7: glance: connection refused' });
    expect(facts.long?.['(failed)']).toBe(`exit code 1: ${'x'.repeat(187)}`);
    expect(facts.longer).toEqual({ '(failed)': 'exit code 1' });
    expect(facts.noisy).toEqual({ one: '1' });
    expect(facts.other).toBeUndefined();
  });
});

describe('the awk program', () => {
  const says = (call: string, tools = '') => {
    const program = `${READINGS}\nBEGIN { ${call} }`;
    const ran = spawnSync('awk', [program], { env: { PATH: `${tools}:${process.env.PATH}` } });
    expect(ran.stderr.toString()).toBe('');
    return ran.stdout.toString();
  };

  it('tells a package whose version is held', () => {
    const status = (want: string, name: string) =>
      `Package: ${name}\nStatus: ${want} ok installed\nArchitecture: all\nVersion: 1-2\n\n`;
    writeFileSync(join(folder, 'status'), status('hold', 'nova-api') + status('install', 'nova-common'));
    expect(says(`dpkg("${folder}/status")`)).toBe(
      'packages\tnova-api\t1-2 (hold)\npackages\tnova-common\t1-2\n',
    );
  });

  it('tells that systemd gave no answer, not that no service runs', async () => {
    const tools = join(folder, 'tools');
    await mkdir(tools, { recursive: true });
    const systemctl = (script: string) =>
      writeFileSync(join(tools, 'systemctl'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    systemctl('[ "$1" = list-units ] && exit 1; echo nova-api.service enabled enabled');
    expect(says('services()', tools)).toBe('services\t(failed)\tsystemctl list-units told of no unit\n');
    systemctl('[ "$1" = list-units ] && echo a.service loaded active running A');
    expect(says('services()', tools)).toBe('services\ta.service\tactive/running\n');
  });
});

describe('without ss', () => {
  it("reads listening ports from the kernel's tables", ({ skip }) => {
    skip(!has('busybox'), 'needs busybox');
    const none: FactSpec = { files: [], settings: [], scripts: [] };
    const ran = spawnSync('/bin/sh', ['-s'], { input: gatherScript(none, 'x'), env: { PATH: applets } });
    const { facts, complete } = readFacts(ran.stdout);
    expect(complete).toBe(true);
    for (const key of Object.keys(facts.ports ?? {}))
      expect(key).toMatch(/^(tcp|udp) (\S+|\[[0-9a-f:]+\]):\d+$/);
  });
});
