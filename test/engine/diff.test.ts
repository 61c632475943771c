import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { summariseDiff } from '../../engine/diff/summary.ts';
import { type DiffOptions, diffFacts } from '../../engine/diff.ts';
import type { EnvironmentFacts, NodeFacts } from '../../engine/facts.ts';

const hash = (letter: string) => letter.repeat(64);
const ctl = (facts: NodeFacts): EnvironmentFacts => ({ controller: facts });
/** Differences as `node topic key: left | right`. */
const lines = (left: EnvironmentFacts, right: EnvironmentFacts, options?: DiffOptions) =>
  diffFacts(left, right, options).map((d) => `${d.node} ${d.topic} ${d.key}: ${d.left} | ${d.right}`);

describe('what differs', () => {
  it('is told most telling first', () => {
    const left = ctl({
      os: { version: '12' },
      packages: { nova: '1', glance: '2', only: '1' },
      services: { 'nova.service': 'active/running enabled' },
      ports: { 'tcp 0.0.0.0:5000': 'uwsgi' },
      users: { alice: '1000:1000:/bin/sh' },
      mounts: { '/srv': 'ext4 rw' },
      files: { '/etc/motd': hash('a') },
      settings: { '/etc/nova.conf [DEFAULT] debug': 'false' },
      endpoints: { identity: 'http://one' },
    });
    const right = ctl({
      os: { version: '13' },
      packages: { nova: '2', glance: '2' },
      services: { 'nova.service': 'failed/failed enabled' },
      ports: {},
      users: { alice: '1000:1000:/bin/bash' },
      mounts: { '/srv': 'ext4 ro' },
      files: { '/etc/motd': hash('b') },
      settings: { '/etc/nova.conf [DEFAULT] debug': 'true' },
      endpoints: { identity: 'http://two' },
    });
    expect(diffFacts(left, right).map(({ topic, key }) => `${topic} ${key}`)).toEqual([
      'services nova.service',
      'settings /etc/nova.conf [DEFAULT] debug',
      'endpoints identity',
      'packages only',
      'packages nova',
      'ports tcp 0.0.0.0:5000',
      'users alice',
      'os version',
      'mounts /srv',
      'files /etc/motd',
    ]);
  });

  it('is one thing when a node is missing, with nodes in the order people count', () => {
    const facts: NodeFacts = { packages: { a: '1', b: '2' } };
    const left = { 'compute-10': facts, 'compute-2': facts, controller: facts };
    expect(lines(left, { controller: facts })).toEqual([
      'compute-2 node compute-2: there | null',
      'compute-10 node compute-10: there | null',
    ]);
  });
});

describe('noise', () => {
  const names = {
    left: { '10.0.0.5': 'controller', ctl: 'controller', '10.0.0.6': 'compute' },
    right: { '10.9.0.77': 'controller', 'other-ctl': 'controller', '10.9.0.8': 'compute' },
  };

  it('own addresses and names count as what they stand for', () => {
    const left = ctl({
      settings: {
        '/etc/n.conf my_ip': '10.0.0.5',
        '/etc/n.conf hosts': 'ctl, 10.0.0.6:80',
        '/etc/n.conf other': '10.0.0.50',
      },
      ports: { 'tcp 10.0.0.5:5000': 'uwsgi' },
      files: { '/etc/rabbit@ctl.conf': hash('a') },
      endpoints: { identity: 'http://ctl:5000' },
    });
    const right = ctl({
      settings: {
        '/etc/n.conf my_ip': '10.9.0.77',
        '/etc/n.conf hosts': '10.9.0.8:80,other-ctl',
        '/etc/n.conf other': '10.0.0.51',
      },
      ports: { 'tcp 10.9.0.77:5000': 'uwsgi' },
      files: { '/etc/rabbit@other-ctl.conf': hash('a') },
      endpoints: { identity: 'http://other-ctl:5000' },
    });
    expect(lines(left, right, { names })).toEqual([
      'controller settings /etc/n.conf other: 10.0.0.50 | 10.0.0.51',
    ]);
  });

  it('an address that was copied from the other environment is a difference, though it is written the same', () => {
    const copied = ctl({ settings: { '/etc/n.conf my_ip': '10.0.0.5' } });
    expect(lines(copied, copied, { names })).toHaveLength(1);
  });

  it('a name where the other side has the address is a difference: a node may know the one and not the other', () => {
    const told = (auth: string) => ctl({ settings: { '/etc/n.conf auth_url': `http://${auth}:5000` } });
    expect(lines(told('10.0.0.5'), told('other-ctl'), { names })).toEqual([
      'controller settings /etc/n.conf auth_url: http://10.0.0.5:5000 | http://other-ctl:5000',
    ]);
    const same = { left: names.left, right: names.left };
    expect(lines(told('10.0.0.5'), told('ctl'), { names: same, same: true })).toHaveLength(1);
  });

  it('what Nova calls after the ids of images does not count, and what lies there does; a commit counts', () => {
    const cached = (name: string, content: string) => {
      const path = `/var/lib/nova/instances/_base/${name.repeat(40)}`;
      return ctl({ files: { [path]: hash(content) }, modes: { [path]: '644 nova:nova' } });
    };
    expect(lines(cached('a', '1'), cached('b', '1'))).toEqual([]);
    expect(lines(cached('a', '1'), cached('b', '2'))).toEqual([
      `controller files /var/lib/nova/instances/_base/<id>: ${hash('1')} | ${hash('2')}`,
    ]);
    const large = (bytes: number, ends: string) => `${bytes} bytes with ends ${ends.repeat(16)}`;
    expect(lines(cached('a', large(9, 'c')), cached('b', large(9, 'c')))).toEqual([]);
    expect(lines(cached('a', large(9, 'c')), cached('b', large(8, 'c')))).toHaveLength(1);
    expect(lines(cached('a', large(9, 'c')), cached('b', large(9, 'd')))).toHaveLength(1);
    const commit = (letter: string) => ctl({ devstack: { commit: letter.repeat(40) } });
    expect(lines(commit('a'), commit('b'))).toHaveLength(1);
  });

  it('what every machine or environment makes for itself does not count', () => {
    const uuid = '1b4e28ba-2fa1-11d2-883f-0016d3cca427';
    const left = ctl({
      os: { hostname: 'a', layer: '3f9a1c02' },
      users: { mysql: '107:112:/bin/false' },
      ports: { 'udp 0.0.0.0:40001': 'beam.smp', 'tcp [fe80::1%eth0]:22': 'sshd' },
      mounts: { '/proc': 'proc rw', '/run/user/0': 'tmpfs rw' },
      services: {
        'run-r1.service': 'active/running transient',
        'man-db.service': 'inactive/dead static',
        'ldconfig.service': 'active/exited static',
        'systemd-udev-load-credentials.service': 'active/exited disabled',
      },
      files: {
        '/etc/machine-id': hash('a'),
        '/etc/ssh/ssh_host_rsa_key': hash('a'),
        '/etc/shadow': hash('a'),
        '/etc/keystone/fernet-keys/0': hash('a'),
        '/etc/rabbitmq/definitions.json': hash('a'),
        '/etc/lvm/backup/cinder-volumes': hash('a'),
      },
      settings: { '/etc/x id': uuid, '/etc/x at': '2026-11-01T10:00:00Z', '/etc/x list': 'a,b' },
    });
    const right = ctl({
      os: { hostname: 'b' },
      users: { mysql: '109:115:/bin/false' },
      ports: { 'udp 0.0.0.0:50002': 'beam.smp', 'tcp [fe80::2%eth0]:22': 'sshd' },
      mounts: { '/sys': 'sysfs rw' },
      services: {},
      files: {
        '/etc/machine-id': hash('b'),
        '/etc/ssh/ssh_host_rsa_key': hash('b'),
        '/etc/shadow': hash('b'),
        '/etc/keystone/fernet-keys/0': hash('b'),
        '/etc/rabbitmq/definitions.json': hash('b'),
        '/etc/lvm/archive/cinder-volumes_00001.vg': hash('b'),
      },
      settings: {
        '/etc/x id': uuid.replace('1b', '2c'),
        '/etc/x at': '2026-11-02 11:30',
        '/etc/x list': 'b, a',
      },
    });
    expect(lines(left, right)).toEqual([]);
    expect(lines(left, right, { same: true }).map((line) => line.split(':')[0])).toEqual([
      'controller settings /etc/x id',
      'controller users mysql',
      'controller os hostname',
      'controller files /etc/keystone/fernet-keys/0',
      'controller files /etc/rabbitmq/definitions.json',
      'controller files /etc/shadow',
    ]);
  });
});

describe('one thing is told once', () => {
  const conf = '/etc/nova.conf';
  const settings = { [`${conf} [DEFAULT] a`]: '1', [`${conf} [DEFAULT] b`]: '2' };
  const held = `${hash('a')}: [DEFAULT] a = 1, [DEFAULT] b = 2`;

  it('a file that is gone, not each of its settings', () => {
    const left = ctl({ files: { [conf]: hash('a') }, settings, modes: { [conf]: '640 root:nova' } });
    const right = ctl({ files: {}, settings: {}, modes: {} });
    expect(lines(left, right)).toEqual([`controller files ${conf}: ${held} | null`]);
  });

  it('a new configuration file with the first of its settings', () => {
    const file = '/etc/mysql/mariadb.conf.d/99-own.cnf';
    const four = {
      [`${file} [mysqld] max_connections`]: '5',
      [`${file} [mysqld] skip-networking`]: '',
      [`${file} [client] password`]: '(secret 12345678)',
      [`${file} [mysqld] wait_timeout`]: '10',
    };
    const without = ctl({ files: {}, settings: {} });
    const told = '[client] password = (secret), [mysqld] max_connections = 5, [mysqld] skip-networking';
    expect(lines(without, ctl({ files: { [file]: hash('a') }, settings: four }))).toEqual([
      `controller files ${file}: null | ${hash('a')}: ${told} and 1 more`,
    ]);
    const one = { [`${file} [mysqld] max_connections`]: '5' };
    const differences = diffFacts(without, ctl({ files: { [file]: hash('a') }, settings: one }));
    expect(summariseDiff(differences, { limit: 1 }).rows).toEqual([
      ['controller', `files: ${file}`, '—', 'content aaaaaaaa: [mysqld] max_connections = 5'],
    ]);
  });

  it('a file that a blueprint asks for and that is gone, the right way round', () => {
    const there = ctl({ files: { [conf]: hash('a') }, settings });
    const gone = ctl({ files: {}, settings: { [conf]: '(missing)' } });
    expect(lines(there, gone)).toEqual([`controller files ${conf}: ${held} | null`]);
    expect(lines(there, gone, { same: true })).toEqual([`controller files ${conf}: ${held} | null`]);
    expect(lines(gone, there)).toEqual([`controller files ${conf}: null | ${held}`]);
    expect(lines(gone, gone)).toEqual([]);
  });

  it('such a file whose content is not looked at, or that may not be read any more', () => {
    const there = ctl({ files: {}, settings });
    const gone = ctl({ files: {}, settings: { [conf]: '(missing)' } });
    expect(lines(there, gone)).toEqual([`controller settings ${conf}: there | (missing)`]);
    expect(lines(gone, there)).toEqual([`controller settings ${conf}: (missing) | there`]);
    const read = ctl({ files: { [conf]: hash('a') }, settings });
    const closed = ctl({ files: { [conf]: '(unreadable)' }, settings: { [conf]: '(unreadable)' } });
    expect(lines(read, closed)).toEqual([`controller settings ${conf}: there | (unreadable)`]);
    expect(lines(closed, gone)).toHaveLength(1);
  });

  it('a file whose name has blanks', () => {
    const [file, job] = ['/etc/cron.d/my own job', '/etc/cron.d/my own job root /bin/x'];
    const left = ctl({ files: { [file]: hash('a') }, settings: { [job]: '@daily' } });
    expect(lines(left, ctl({ files: {}, settings: {} }))).toEqual([
      `controller files ${file}: ${hash('a')}: root /bin/x = @daily | null`,
    ]);
  });

  it('what could not be asked is not gone', () => {
    const images = { reference: 'active public 84e3945d', cirros: 'active public 77e3945d' };
    const [told, failed] = [ctl({ images }), ctl({ images: { '(failed)': 'exit code 1' } })];
    const row = 'controller images (failed): told | could not be told: exit code 1';
    expect(lines(told, failed)).toEqual([row]);
    expect(lines(told, failed, { same: true })).toEqual([row]);
    expect(lines(failed, told)).toEqual([
      'controller images (failed): could not be told: exit code 1 | told',
    ]);
    // Half of it was printed before it failed.
    expect(lines(told, ctl({ images: { cirros: 'queued', '(failed)': 'exit code 1' } }))).toEqual([row]);
    expect(lines(failed, ctl({ images: { '(failed)': 'exit code 2' } }))).toEqual([]);
    // Of a blueprint that did not ask.
    expect(lines(ctl({}), failed)).toEqual([
      'controller images (failed): null | could not be told: exit code 1',
    ]);
  });

  it('a mode or owner that is not the usual one any more', () => {
    const left = ctl({ files: { [conf]: hash('a') }, modes: { [conf]: '640 root:nova' } });
    const right = ctl({ files: { [conf]: hash('a') }, modes: {} });
    expect(lines(left, right)).toEqual([`controller modes ${conf}: 640 root:nova | as usual, of root`]);
  });

  it('a clock that is wrong, but not by how much exactly', () => {
    const clock = (offset: string) => ctl({ clock: { offset } });
    expect(lines(clock('in step'), clock('+3600.2 s (to 0.1 s)'))).toEqual([
      'controller clock offset: in step | +3600.2 s (to 0.1 s)',
    ]);
    expect(lines(clock('+3601.0 s (to 0.4 s)'), clock('+3599.2 s (to 0.1 s)'))).toEqual([]);
    // Who follows a look that an earlier process began cannot tell.
    expect(lines(clock('in step'), ctl({ os: {} }))).toEqual([]);
    expect(lines(ctl({ os: {} }), clock('in step'), { same: true })).toEqual([]);
  });

  it("not what an environment's own name explains, and words that are the same stay so", () => {
    const env = (name: string, word: string) =>
      ctl({ settings: { '/etc/motd text': `welcome to ${name}, a ${word}` } });
    const environments = { left: 'test', right: 'demo' };
    expect(lines(env('test', 'place'), env('demo', 'place'), { environments })).toEqual([]);
    expect(lines(env('here', 'test'), env('here', 'test'), { environments })).toEqual([]);
    expect(lines(env('test', 'place'), env('demo', 'home'), { environments })).toHaveLength(1);
    const file = (value: string) => ctl({ files: { '/etc/motd': value } });
    expect(lines(file(`${hash('a')} ~${hash('b')}`), file(hash('a')))).toEqual([]);
    expect(lines(file(`${hash('a')} ~${hash('c')}`), file(`${hash('b')} ~${hash('c')}`))).toEqual([]);
    expect(lines(file(`${hash('a')} ~${hash('c')}`), file(`${hash('b')} ~${hash('d')}`))).toHaveLength(1);
  });

  it('a file that names an address of the other side, as it was copied from there; not one that each side says of itself', () => {
    const [raw, other, renamed] = [hash('a'), hash('b'), hash('c')];
    const file = (value: string, settings = {}) => ctl({ files: { '/etc/n.conf': value }, settings });
    const own = `${raw} ~${renamed} with addresses`;
    expect(lines(file(own), file(raw))).toEqual([`controller files /etc/n.conf: ${own} | ${raw}`]);
    expect(lines(file(raw), file(own))).toHaveLength(1);
    expect(lines(file(own), file(`${other} ~${renamed} with addresses`))).toEqual([]);
    // It names nodes of both.
    expect(lines(file(own), file(`${raw} ~${other} with addresses`))).toEqual([]);
    // What an earlier version has kept does not say whether it is an address.
    expect(lines(file(own), file(`${raw} ~${renamed}`))).toEqual([]);
    // Of a file that is told setting by setting, the setting tells it.
    const told = { '/etc/n.conf auth_url': 'http://10.0.0.5:5000' };
    const names = { left: { '10.0.0.5': 'controller' }, right: { '10.9.0.77': 'controller' } };
    expect(lines(file(own, told), file(raw, told), { names })).toEqual([
      'controller settings /etc/n.conf auth_url: http://10.0.0.5:5000 | http://10.0.0.5:5000',
    ]);
  });
});

describe('secrets', () => {
  const three = (a: string, b: string, c: string) =>
    ctl({
      settings: {
        '/etc/nova.conf [keystone_authtoken] password': `(secret ${a})`,
        '/etc/nova.conf [placement] password': `(secret ${b})`,
        '/etc/nova.conf [database] connection': `mysql://nova:(secret ${c})@db/nova`,
      },
    });
  const first = three('aaaaaaaa', 'aaaaaaaa', 'bbbbbbbb');

  it('that were generated for each environment do not count', () => {
    expect(lines(first, three('11111111', '11111111', '22222222'))).toEqual([]);
  });

  it('count where one environment uses one for two and the other does not', () => {
    expect(lines(first, three('11111111', '33333333', '22222222'))).toEqual([
      'controller settings /etc/nova.conf [placement] password: (secret) | (another secret)',
    ]);
  });

  it('count in one environment at two times, and their hashes are not shown', () => {
    expect(lines(first, three('aaaaaaaa', 'aaaaaaaa', 'cccccccc'), { same: true })).toEqual([
      'controller settings /etc/nova.conf [database] connection: mysql://nova:(secret)@db/nova | mysql://nova:(another secret)@db/nova',
    ]);
  });
});

describe('files whose settings are known', () => {
  const side = (letter: string, debug: string, ip: string) =>
    ctl({
      files: { '/etc/nova.conf': hash(letter) },
      settings: { '/etc/nova.conf [DEFAULT] debug': debug, '/etc/nova.conf [DEFAULT] my_ip': ip },
    });
  const names = { left: { '10.0.0.5': 'controller' }, right: { '10.0.0.9': 'controller' } };

  it('are not told of twice', () => {
    expect(lines(side('a', 'false', 'x'), side('b', 'true', 'x'))).toEqual([
      'controller settings /etc/nova.conf [DEFAULT] debug: false | true',
    ]);
  });
  it('are not told of when all they differ in is noise', () => {
    expect(lines(side('a', 'false', '10.0.0.5'), side('b', 'false', '10.0.0.9'), { names })).toEqual([]);
  });
  it('are told of last when no setting differs', () => {
    const [difference, ...rest] = diffFacts(side('a', 'false', 'x'), side('b', 'false', 'x'));
    expect(rest).toEqual([]);
    expect(difference).toMatchObject({ topic: 'files', key: '/etc/nova.conf', weight: 5 });
  });
});

describe('properties', () => {
  const word = fc.stringMatching(/^[a-z]{1,6}$/);
  const topic = fc.constantFrom(
    'os',
    'packages',
    'services',
    'ports',
    'users',
    'mounts',
    'files',
    'settings',
    'mine',
  );
  const odd = fc.oneof(
    word,
    fc.string(),
    fc.constantFrom('__proto__', 'constructor', '(secret 12345678)', '10.0.0.5'),
  );
  const node = fc.dictionary(topic, fc.dictionary(odd, odd));
  const environment = fc.dictionary(fc.constantFrom('controller', 'compute-1', 'compute-2'), node);

  it('nothing differs from itself', () => {
    fc.assert(
      fc.property(environment, fc.boolean(), (facts, same) => {
        expect(diffFacts(facts, structuredClone(facts), { same })).toEqual([]);
      }),
    );
  });

  it('both directions tell of the same things', () => {
    fc.assert(
      fc.property(environment, environment, (a, b) => {
        const places = (left: EnvironmentFacts, right: EnvironmentFacts) =>
          diffFacts(left, right).map((d) => [
            d.node,
            d.topic,
            d.key,
            d.weight,
            d.left === null,
            d.right === null,
          ]);
        const turned = places(b, a).map(([n, t, k, w, l, r]) => [n, t, k, w, r, l]);
        expect(turned).toEqual(places(a, b));
      }),
    );
  });

  it('one change is found, and nothing else', () => {
    const values = fc.dictionary(word, word, { minKeys: 1 });
    const facts = fc.record({
      packages: values,
      settings: values,
      files: values,
      services: values,
      mine: values,
    });
    const changed = fc.tuple(
      facts,
      fc.constantFrom('packages', 'settings', 'files', 'services', 'mine'),
      fc.nat(),
    );
    fc.assert(
      fc.property(changed, ([before, topic, index]) => {
        const keys = Object.keys(before[topic as keyof typeof before]);
        const key = keys[index % keys.length] as string;
        const after = structuredClone(before) as Record<string, Record<string, string>>;
        (after[topic] as Record<string, string>)[key] += '-changed';
        const found = diffFacts(ctl(before), ctl(after));
        expect(found).toHaveLength(1);
        expect(found[0]).toMatchObject({ topic, key });
      }),
    );
  });

  it('two hundred nodes take seconds', () => {
    const facts = (last: string): NodeFacts => ({
      packages: Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`package-${i}`, '1.2.3'])),
      files: Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`/etc/file-${i}`, hash('a')])),
      settings: Object.fromEntries(
        Array.from({ length: 50 }, (_, i) => [`/etc/n.conf k${i}`, `10.0.${i}.1 ${last}`]),
      ),
    });
    const all = (last: string) =>
      Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`n-${i}`, facts(last)]));
    const label = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`10.1.${i}.1`, `n-${i}`]));
    expect(diffFacts(all('x'), all('x'), { names: { left: label, right: label } })).toEqual([]);
  }, 180_000);
});

describe('the summary', () => {
  it('folds what is the same on many nodes and what one side has many of, and counts the rest', () => {
    const computes = (debug: string) =>
      Object.fromEntries(
        [1, 2, 3, 4].map((i) => [`compute-${i}`, { settings: { '/etc/n.conf debug': debug } }]),
      );
    const packages = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`package-${i}`, '1']));
    const left = { ...computes('false'), controller: { packages, files: { '/etc/a': hash('a') } } };
    const right = { ...computes('true'), controller: { packages: {}, files: { '/etc/a': hash('b') } } };
    const summary = summariseDiff(diffFacts(left, right), { limit: 2 });
    expect(summary.remaining).toBe(1);
    expect(summary.rows).toEqual([
      ['compute-1, compute-2 and 2 more', '/etc/n.conf debug', 'false', 'true'],
      ['controller', '40 packages', expect.stringMatching(/^package-0, package-1, .*…$/), '—'],
    ]);
    expect(summariseDiff(diffFacts(left, right), { limit: 9 }).rows[2]).toEqual([
      'controller',
      'files: /etc/a',
      'content aaaaaaaa',
      'content bbbbbbbb',
    ]);
  });
});
