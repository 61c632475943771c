import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withBlueprints } from '../../bot/cli/check.ts';
import { packageRoot } from '../../bot/config/package-root.ts';
import { type Config, ConfigError, loadConfig, publicUrlOf } from '../../bot/config.ts';
import { USUAL_POLICY } from '../../sessions/policy.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deployday-config-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function load(yaml: string, env: NodeJS.ProcessEnv = {}): Promise<Config> {
  await writeFile(join(folder, 'deployday.yaml'), yaml, { mode: 0o600 });
  return loadConfig({ env, cwd: folder });
}

async function problems(yaml: string, env: NodeJS.ProcessEnv = {}): Promise<readonly string[]> {
  const error = await load(yaml, env).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConfigError);
  return (error as ConfigError).problems;
}

const NETWORK = "network: lab, host: irc.example.org, channels: ['#deploy-day']";

test('nothing set: one process, the terminal, six lab nodes', async () => {
  const config = await loadConfig({ env: {}, cwd: folder });
  expect(config).toMatchObject({
    file: null,
    data: join(folder, 'data'),
    http: { host: '127.0.0.1', port: 8080, publicUrl: null },
    console: true,
    irc: [],
    admins: ['console:local'],
    pools: [{ pool: 'lab', provider: 'lab', nodes: 6 }],
    blueprints: [join(packageRoot(), 'blueprints')],
    databaseUrl: null,
    redisUrl: null,
    logLevel: 'info',
    warnings: [],
  });
});

test('an empty file is as good as none', async () => {
  const { file: _, ...empty } = await load('# nothing yet\n');
  await rm(join(folder, 'deployday.yaml'));
  const { file: __, ...none } = await loadConfig({ env: {}, cwd: folder });
  expect(empty).toEqual(none);
});

test('every key is read', async () => {
  await writeFile(join(folder, 'id'), '-----BEGIN OPENSSH PRIVATE KEY-----\nx\n', { mode: 0o600 });
  await writeFile(join(folder, 'known_hosts'), '10.0.0.11 ssh-ed25519 AAAA\n');
  await writeFile(join(folder, 'ca.pem'), '-----BEGIN CERTIFICATE-----\nx\n');
  await writeFile(join(folder, 'password'), 'from file\n', { mode: 0o600 });
  await mkdir(join(folder, 'mine'));
  const config = await load(
    `
data: ./state
http: {host: '::1', port: 9090, publicUrl: https://day.example.org/live/}
console: false
irc:
  - {network: lab, host: 127.0.0.1, port: 6667, tls: false, nick: dd, channels: ['#a', '&b'], identify: account,
     sasl: {account: dd, password: {env: IRC_PASSWORD}}, linesPerSecond: 2.5}
  - {network: two, host: irc.example.org, tls: {ca: ca.pem}, channels: ['#a'], sasl: {account: dd, password: {file: password}}}
  - {network: three, host: irc.example.org, channels: ['#a'], sasl: {account: dd, password: written out}}
admins: ['irc:lab/alice', 'slack:T1/U1', 'console:local']
pools:
  rack: {provider: ssh, user: root, key: ./id, hostKeys: ./known_hosts, heavySlots: 3, patience: 15m,
         nodes: [{name: n1, address: 10.0.0.11, zone: az1, tags: [compute]}, {name: n2, address: 10.0.0.11, port: 2222}]}
  lab: {provider: lab, nodes: 2, suite: trixie, cache: ~/cache, heavySlots: 1}
blueprints: [./mine, shipped]
`,
    { IRC_PASSWORD: 'from env' },
  );
  expect(config).toEqual({
    policy: USUAL_POLICY,
    file: join(folder, 'deployday.yaml'),
    data: join(folder, 'state'),
    http: { host: '::1', port: 9090, publicUrl: 'https://day.example.org/live' },
    console: false,
    irc: [
      {
        network: 'lab',
        host: '127.0.0.1',
        port: 6667,
        tls: false,
        nick: 'dd',
        channels: ['#a', '&b'],
        identify: 'account',
        sasl: { account: 'dd', password: 'from env' },
        linesPerSecond: 2.5,
      },
      {
        network: 'two',
        host: 'irc.example.org',
        port: 6697,
        tls: true,
        tlsCa: '-----BEGIN CERTIFICATE-----\nx\n',
        nick: 'deployday',
        channels: ['#a'],
        identify: 'account',
        sasl: { account: 'dd', password: 'from file' },
        linesPerSecond: 1,
      },
      expect.objectContaining({
        network: 'three',
        tls: true,
        sasl: { account: 'dd', password: 'written out' },
      }),
    ],
    admins: ['irc:lab/alice', 'slack:T1/U1', 'console:local'],
    pools: [
      {
        pool: 'rack',
        provider: 'ssh',
        user: 'root',
        privateKey: '-----BEGIN OPENSSH PRIVATE KEY-----\nx\n',
        hostKeys: { file: join(folder, 'known_hosts'), text: '10.0.0.11 ssh-ed25519 AAAA\n' },
        heavySlots: 3,
        patienceMs: 900_000,
        nodes: [
          { name: 'n1', address: '10.0.0.11', port: 22, zone: 'az1', tags: ['compute'] },
          { name: 'n2', address: '10.0.0.11', port: 2222, tags: [] },
        ],
      },
      {
        pool: 'lab',
        provider: 'lab',
        nodes: 2,
        suite: 'trixie',
        cache: join(homedir(), 'cache'),
        heavySlots: 1,
        patienceMs: 60_000,
      },
    ],
    blueprints: [join(folder, 'mine'), join(packageRoot(), 'blueprints')],
    databaseUrl: null,
    redisUrl: null,
    logLevel: 'info',
    warnings: [],
  });
});

test('environment variables win over the file; empty ones count as unset', async () => {
  const yaml = 'data: ./state\nhttp: {port: 9090}\n';
  const env = {
    PORT: '7070',
    DEPLOYDAY_DATA: 'elsewhere',
    LOG_LEVEL: 'DEBUG',
    DATABASE_URL: 'postgres://u:p@h/d',
    REDIS_URL: 'rediss://u:p@h:6380/2',
  };
  expect(await load(yaml, env)).toMatchObject({
    data: join(folder, 'elsewhere'),
    http: { port: 7070 },
    logLevel: 'debug',
    databaseUrl: 'postgres://u:p@h/d',
    redisUrl: 'rediss://u:p@h:6380/2',
  });
  const socket = 'postgresql://u@/d?host=%2Frun%2Fpostgresql';
  expect(await load('', { DATABASE_URL: socket })).toMatchObject({ databaseUrl: socket });
  expect(await load(yaml, { PORT: '', DEPLOYDAY_DATA: '' })).toMatchObject({
    data: join(folder, 'state'),
    http: { port: 9090 },
  });
});

test('paths of the file are relative to it, not to where we were started', async () => {
  await mkdir(join(folder, 'etc'));
  await writeFile(join(folder, 'etc', 'day.yaml'), 'data: ./state\n');
  const config = await loadConfig({ file: 'etc/day.yaml', env: {}, cwd: folder });
  expect(config.data).toBe(join(folder, 'etc', 'state'));
});

test('whoever sits at the terminal is an admin, whatever the file says', async () => {
  expect((await load('admins: []\n')).admins).toEqual(['console:local']);
});

test('Slack is told by its key, by the environment alone, or by both: the environment wins', async () => {
  const env = { SLACK_BOT_TOKEN: 'xoxb-env', SLACK_APP_TOKEN: 'xapp-env' };
  const byEnv = {
    botToken: 'xoxb-env',
    appToken: 'xapp-env',
    apiUrl: 'https://slack.com/api/',
    sockets: 1,
  };
  expect((await load('', env)).slack).toEqual(byEnv);
  expect((await load('slack: {botToken: {env: SLACK_BOT_TOKEN}}', env)).slack).toEqual(byEnv);
  const file = 'slack: {botToken: xoxb-file, signingSecret: s, events: {port: 3000}, sockets: 2, apiUrl: ';
  expect((await load(`${file}'http://127.0.0.1:1/api'}`)).slack).toEqual({
    botToken: 'xoxb-file',
    signingSecret: 's',
    apiUrl: 'http://127.0.0.1:1/api/',
    events: { host: '127.0.0.1', port: 3000 },
    sockets: 2,
  });
  const both = await load(`${file}'https://slack.example.org/api/'}`, {
    ...env,
    SLACK_API_URL: 'http://slack.test/api',
  });
  expect(both.slack).toMatchObject({ ...byEnv, apiUrl: 'http://slack.test/api/', sockets: 2 });
  expect(both.warnings).toEqual([
    expect.stringMatching(/^slack.apiUrl http:\/\/slack.test\/api\/: sends the bot's token unencrypted/),
    expect.stringMatching(/^slack.events is not used/),
  ]);
  expect((await load('')).slack).toBeUndefined();
});

test('Discord is told by its key, by the environment alone, or by both: the environment wins', async () => {
  const byEnv = { token: 'from-env', apiUrl: 'https://discord.com/api' };
  expect((await load('', { DISCORD_TOKEN: 'from-env' })).discord).toEqual(byEnv);
  expect((await load('discord: {}', { DISCORD_TOKEN: 'from-env' })).discord).toEqual(byEnv);
  const file = "discord: {token: from-file, apiUrl: 'https://discord.example.org/api/v10/'}";
  expect((await load(file)).discord).toEqual({
    token: 'from-file',
    apiUrl: 'https://discord.example.org/api',
  });
  const both = await load(file, { DISCORD_TOKEN: 'from-env', DISCORD_API_URL: 'http://discord.test/api' });
  expect(both.discord).toEqual({ token: 'from-env', apiUrl: 'http://discord.test/api' });
  expect(both.warnings).toEqual([
    expect.stringMatching(/^discord.apiUrl http:\/\/discord.test\/api: sends the bot's token unencrypted/),
  ]);
  expect((await load('', { DISCORD_API_URL: 'http://discord.test/api' })).discord).toBeUndefined();
  expect(await problems('', { DISCORD_TOKEN: 'x', DISCORD_API_URL: 'discord.test' })).toEqual([
    'environment: DISCORD_API_URL: must be a URL such as https://discord.com/api',
  ]);
});

const DISCORD_URL = 'a URL such as https://discord.com/api, without user, password, ? and #';
const SLACK_URL = 'a URL such as https://slack.com/api/, without user, password, ? and #';

/** One fault each: the file, and the line that tells it. */
const FAULTS: readonly [yaml: string, problem: string][] = [
  ['htp: {}', 'deployday.yaml:1: unknown key "htp"; did you mean "http"?'],
  [
    'console: true\nirc:\n  - {name: lab, channels: [#deploy, #ops]}\n',
    'deployday.yaml:3: what begins with # is a comment in YAML; put names of channels in quotes: ["#deploy"]',
  ],
  ['- a', 'deployday.yaml:1: must be a map with data, http, console, irc …'],
  ['data: 5', 'deployday.yaml:1: data: must be a text with a path; put it in quotes'],
  ['console: yes', 'deployday.yaml:1: console: must be true or false'],
  ['\nhttp:\n  port: 70000', 'deployday.yaml:3: http.port: must be a whole number from 0 to 65535'],
  ['http: {port: "80"}', 'deployday.yaml:1: http.port: must be a whole number from 0 to 65535'],
  [
    'http: {publicUrl: ftp://x}',
    'deployday.yaml:1: http.publicUrl: must be a URL such as http://127.0.0.1:8080, without user, password, ? and #',
  ],
  ['http: {host: "a b"}', 'deployday.yaml:1: http.host: must be a text: a host name or an IP address'],
  ['slack: {botTokn: x}', 'deployday.yaml:1: slack: unknown key "botTokn"; did you mean "botToken"?'],
  ['slack: {apiUrl: slack.com}', `deployday.yaml:1: slack.apiUrl: must be ${SLACK_URL}`],
  [
    'slack: {appToken: x}',
    'slack.botToken: is missing: set it in the configuration file, or SLACK_BOT_TOKEN',
  ],
  [
    'slack: {botToken: x}',
    'slack.appToken: is missing: set it or SLACK_APP_TOKEN for Socket Mode, or slack.signingSecret or SLACK_SIGNING_SECRET for HTTP events',
  ],
  [
    'slack: {botToken: xapp-1, appToken: xapp-1}',
    'slack.botToken: is the token of the app (xapp-…): the bot token begins with xoxb-',
  ],
  [
    'slack: {botToken: xoxb-1, appToken: xoxb-1}',
    'slack.appToken: is the token of a bot or user: that of the app begins with xapp-',
  ],
  [
    'slack: {events: {port: 0}}',
    'deployday.yaml:1: slack.events.port: must be a whole number from 1 to 65535',
  ],
  ['discord: {}', 'discord.token: is missing: set it in the configuration file, or DISCORD_TOKEN'],
  ['discord: {tokn: x}', 'deployday.yaml:1: discord: unknown key "tokn"; did you mean "token"?'],
  ['discord: {token: x, apiUrl: discord.com}', `deployday.yaml:1: discord.apiUrl: must be ${DISCORD_URL}`],
  ['irc: {}', 'deployday.yaml:1: irc: must be a list of networks'],
  [
    "irc:\n  - network: lab\n    channels: ['#x']",
    'deployday.yaml:2: irc[0].host: is missing: must be a text: a host name or an IP address',
  ],
  [
    'irc:\n  - network: lab\n    host: h\n    channels:\n      - deploy',
    "deployday.yaml:5: irc[0].channels[0]: must be a text such as '#deploy-day', in quotes (without them # begins a comment)",
  ],
  [
    'irc:\n  - network: lab\n    host: h\n    channels:\n      - #deploy',
    "deployday.yaml:5: irc[0].channels[0]: must be a text such as '#deploy-day', in quotes (without them # begins a comment)",
  ],
  [
    `irc: [{${NETWORK}},\n {${NETWORK}}]`,
    'deployday.yaml:2: irc[1].network: there is another network "lab": each needs a name of its own',
  ],
  [`irc: [{${NETWORK}, identify: nik}]`, 'deployday.yaml:1: irc[0].identify: must be account or nick'],
  [`irc: [{${NETWORK}, tls: maybe}]`, 'deployday.yaml:1: irc[0].tls: must be true, false or {ca: FILE}'],
  [
    `irc: [{${NETWORK}, nick: 1st}]`,
    'deployday.yaml:1: irc[0].nick: must be a text: an IRC nick (letters, digits and []\\`_^{|}-, not beginning with a digit)',
  ],
  [
    `irc: [{${NETWORK}, linesPerSecond: 0}]`,
    'deployday.yaml:1: irc[0].linesPerSecond: must be a number above 0, at most 100',
  ],
  [
    `irc: [{${NETWORK}, sasl: {account: a}}]`,
    'deployday.yaml:1: irc[0].sasl.password: is missing: must be a text, {env: NAME} or {file: PATH}',
  ],
  [
    `irc: [{${NETWORK}, sasl: {account: a, password: {env: IRC_PASSWORD}}}]`,
    'deployday.yaml:1: irc[0].sasl.password: the environment variable IRC_PASSWORD is not set',
  ],
  ["admins: ['irc:labb/alice']", 'deployday.yaml:1: admins[0]: there is no network "labb" under irc'],
  [
    'admins: [alice]',
    "deployday.yaml:1: admins[0]: must be a text such as 'irc:NETWORK/ACCOUNT', 'slack:TEAM/USER', 'discord:USER' or 'console:local'",
  ],
  ['pools: {}', 'deployday.yaml:1: pools: must have one pool or more'],
  ['pools: {lab: {provider: docker}}', 'deployday.yaml:1: pools.lab.provider: must be lab or ssh'],
  ['pools: {lab: {nodes: 2}}', 'deployday.yaml:1: pools.lab.provider: is missing: must be lab or ssh'],
  [
    'pools: {lab: {provider: lab, nodes: 2, suite: sid}}',
    'deployday.yaml:1: pools.lab.suite: must be bookworm or trixie',
  ],
  ['pools: {lab: 5}', 'deployday.yaml:1: pools.lab: must be a map with provider: lab or ssh'],
  [
    'pools: {lab: {provider: lab, nodes: 0}}',
    'deployday.yaml:1: pools.lab.nodes: must be a whole number from 1 to 500',
  ],
  [
    'pools: {Lab: {provider: lab, nodes: 1}}',
    'deployday.yaml:1: pools.Lab: the name of a pool must be of small letters, digits and -, at most 41 characters',
  ],
  [
    'pools:\n  lab: {provider: lab, nodes: 1}\n  lab: {provider: lab, nodes: 2}',
    'deployday.yaml:3: not valid YAML: Map keys must be unique',
  ],
  [
    'data: [',
    'deployday.yaml:1: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  ['blueprints: [5]', 'deployday.yaml:1: blueprints[0]: must be a text with a path; put it in quotes'],
];

test.each(FAULTS)('%j is answered in one line', async (yaml, problem) => {
  expect(await problems(yaml)).toEqual([problem]);
});

test('faults of files and nodes name the place', async () => {
  await writeFile(join(folder, 'id.pub'), 'ssh-ed25519 AAAA\n', { mode: 0o600 });
  const node = '{name: n1, address: 10.0.0.11}';
  expect(
    await problems(`blueprints: [./nowhere]
pools:
  rack: {provider: ssh, user: root, key: ./id.pub, hostKeys: ./known_hosts,
    nodes: [${node},
      ${node}]}`),
  ).toEqual([
    `deployday.yaml:1: blueprints[0]: cannot read the folder ${join(folder, 'nowhere')}: there is none`,
    `deployday.yaml:3: pools.rack.key: ${join(folder, 'id.pub')} is not a private key: it is the public one`,
    `deployday.yaml:3: pools.rack.hostKeys: cannot read the file ${join(folder, 'known_hosts')}: there is none`,
    'deployday.yaml:5: pools.rack.nodes[1].name: there is another node "n1" in this pool',
    'deployday.yaml:5: pools.rack.nodes[1].address: there is another node at 10.0.0.11:22 in this pool',
  ]);
});

test('all faults are told at once, those of the environment as well', async () => {
  const env = { PORT: 'x', LOG_LEVEL: 'inof', DATABASE_URL: 'mysql://u:hunter2@h/d', REDIS_URL: 'h:6379' };
  expect(await problems('console: 1\nhtp: 2\npools: {lab: {provider: lab, nodes: 0}}', env)).toEqual([
    'deployday.yaml:1: console: must be true or false',
    'deployday.yaml:2: unknown key "htp"; did you mean "http"?',
    'deployday.yaml:3: pools.lab.nodes: must be a whole number from 1 to 500',
    'environment: PORT: must be a whole number from 0 to 65535',
    'environment: DATABASE_URL: must be a URL such as postgresql://user:password@host:5432/database',
    'environment: LOG_LEVEL: must be one of trace, debug, info, warn, error, fatal, silent; did you mean "info"?',
    'environment: REDIS_URL: must be a URL such as redis://user:password@host:6379/0, or rediss:// for TLS',
  ]);
});

test.each([
  'password: *hunter2',
  'password: !hunter2 x',
  'password: "hunter2',
  'password: [hunter2]',
  'password: {hunter2: x}',
  'password: {env: "hunter2!"}',
  'password: @hunter2',
  'hunter2: ',
  'pasword: hunter2',
])('a fault at %j does not show the secret', async (line) => {
  const told = await problems(
    `irc:\n  - network: lab\n    host: h\n    channels: ['#x']\n    sasl:\n      account: a\n      ${line}\n`,
  );
  expect(told.length).toBeGreaterThan(0);
  expect(told.join('\n')).not.toContain('hunter2');
});

test('a file that was asked for must be there', async () => {
  const error = await loadConfig({ file: 'no.yaml', env: {}, cwd: folder }).catch(
    (reason: unknown) => reason,
  );
  expect((error as ConfigError).problems).toEqual([
    'no.yaml: cannot read the configuration file: there is none',
  ]);
});

test('risks are allowed, and told', async () => {
  await writeFile(join(folder, 'id'), '-----BEGIN OPENSSH PRIVATE KEY-----\n');
  await chmod(join(folder, 'id'), 0o644);
  const { warnings } = await load(
    `
http: {host: 0.0.0.0}
irc: [{${NETWORK}, tls: false, identify: nick, sasl: {account: a, password: hunter2}}]
pools: {rack: {provider: ssh, user: root, key: ./id, hostKeys: first-use, nodes: [{name: n1, address: h}]}}
`,
    { REDIS_URL: 'redis://:hunter2@h' },
  );
  expect(warnings).toEqual([
    expect.stringMatching(/^REDIS_URL: redis:\/\/ sends the password to another machine unencrypted/),
    expect.stringMatching(/id holds a secret and can be read by other users: chmod 600/),
    expect.stringMatching(/^http.host 0.0.0.0: the page has no login/),
    expect.stringMatching(/^http.publicUrl is not set/),
    expect.stringMatching(/^irc network lab: identify: nick believes nicks/),
    expect.stringMatching(/^irc network lab: tls: false sends the password to irc.example.org unencrypted/),
    expect.stringMatching(/^pool rack: hostKeys: first-use/),
  ]);
});

test('a password in a file that others can read is told', async () => {
  await load(`irc: [{${NETWORK}, sasl: {account: a, password: hunter2}}]`);
  await chmod(join(folder, 'deployday.yaml'), 0o644);
  const { warnings } = await loadConfig({ env: {}, cwd: folder });
  expect(warnings).toEqual([expect.stringMatching(/^the configuration file holds a password/)]);
});

test('the public URL follows what is listened on, unless it is configured', () => {
  expect(publicUrlOf({ host: '127.0.0.1', port: 0, publicUrl: null }, 4321)).toBe('http://127.0.0.1:4321');
  expect(publicUrlOf({ host: '0.0.0.0', port: 80, publicUrl: null }, 80)).toBe('http://127.0.0.1:80');
  expect(publicUrlOf({ host: '::1', port: 80, publicUrl: null }, 80)).toBe('http://[::1]:80');
  expect(publicUrlOf({ host: '::1', port: 80, publicUrl: 'https://x' }, 80)).toBe('https://x');
});

test('the file in docs/configuration.md is one that can be used', async () => {
  const page = await readFile(join(packageRoot(), 'docs', 'configuration.md'), 'utf8');
  const yaml = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  await writeFile(join(folder, 'id_ed25519'), '-----BEGIN OPENSSH PRIVATE KEY-----\n', { mode: 0o600 });
  await writeFile(join(folder, 'known_hosts'), '10.0.0.11 ssh-ed25519 AAAA\n');
  await mkdir(join(folder, 'blueprints'));
  const config = await load(yaml, {
    IRC_PASSWORD: 'x',
    SLACK_BOT_TOKEN: 'x',
    SLACK_APP_TOKEN: 'x',
    DISCORD_TOKEN: 'x',
  });
  expect(config.pools.map((pool) => pool.pool)).toEqual(['lab', 'rack']);
  expect(config.warnings).toEqual([]);
});

test('leases, limits and approvals are read, and what is wrong with them is told at its place', async () => {
  const { policy } = await load(
    [
      'sessions: {start: participant, lease: {usual: 30m, longest: 2h, grace: 90s, most: 2}}',
      "limits: [{environments: ['prod-*'], needs: operator}, {channels: ['irc:lab/#new'], atMost: observer}]",
      'approvals: [{commands: [destroy, reset], count: 2, within: 20m}]',
    ].join('\n'),
  );
  expect(policy).toMatchObject({
    mayStart: 'participant',
    mostHeld: 2,
    terms: { usualMs: 1_800_000, longestMs: 7_200_000, graceMs: 90_000, warnMs: 600_000 },
    limits: [
      { environments: ['prod-*'], needs: 'operator' },
      { channels: ['irc:lab/#new'], atMost: 'observer' },
    ],
    approvals: [{ commands: ['destroy', 'reset'], environments: ['*'], count: 2, role: 'operator' }],
  });
  const wrong = [
    'sessions: {start: boss, lease: {usual: 3h, longest: 2h, grace: soon}}',
    "limits: [{environments: ['prod-*']}]",
    'approvals: [{commands: [whoami]}]',
  ].join('\n');
  expect(await problems(wrong)).toEqual([
    expect.stringMatching(/:1: sessions\.start: must be observer or /),
    expect.stringMatching(/:1: sessions\.lease\.usual: must not be longer/),
    expect.stringMatching(/:1: sessions\.lease\.grace: must be a duration/),
    expect.stringMatching(/:2: limits\[0\]\.environments: means nothing without needs/),
    expect.stringMatching(/:3: approvals\[0\]\.commands\[0\]: must be provision or /),
  ]);
});

test('deployday check tells what is wrong in the blueprints, too, where they are named', async () => {
  await mkdir(join(folder, 'mine/clock'), { recursive: true });
  await writeFile(join(folder, 'mine/clock/blueprint.yaml'), 'name: watch\n');
  const checked = async (yaml: string, env: NodeJS.ProcessEnv = {}) => {
    const error = await load(yaml, env)
      .catch(withBlueprints)
      .catch((reason: unknown) => reason);
    return (error as ConfigError).problems;
  };
  const wrong = 'deployday.yaml:1: console: must be true or false';
  const blueprint = expect.stringMatching(/clock\/blueprint\.yaml:1: name: "watch" lies in folder "clock"/);
  expect(await checked('console: perhaps\nblueprints: [mine]\n')).toEqual(
    expect.arrayContaining([wrong, blueprint]),
  );
  const port = await checked('blueprints: [mine]\n', { PORT: 'http' });
  expect(port).toEqual(expect.arrayContaining([expect.stringContaining('PORT'), blueprint]));
  expect(await checked('console: perhaps\n')).toEqual([wrong]);
  expect(await checked('console: perhaps\nblueprints: mine\n')).toHaveLength(2);
  expect((await checked('console: [\n')).join()).toMatch(/^deployday\.yaml:\d+: not valid YAML/);
});
