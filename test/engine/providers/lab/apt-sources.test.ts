import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forSuite, parseAptSources, renderAptSources } from '../../../../engine/providers/lab/apt-sources.ts';

test('reads deb lines, with options, and leaves out sources and comments', () => {
  const text = `# deb http://old.example/debian bookworm main
deb http://mirror.example/debian trixie main contrib # the mirror
deb [arch=amd64 signed-by=/etc/keys/x.gpg] https://x.example/apt stable main
deb-src http://mirror.example/debian trixie main
`;
  expect(parseAptSources(text, 'list')).toEqual([
    { uri: 'http://mirror.example/debian', suite: 'trixie', components: ['main', 'contrib'] },
    { uri: 'https://x.example/apt', suite: 'stable', components: ['main'], signedBy: '/etc/keys/x.gpg' },
  ]);
});

test('reads deb822 paragraphs with several suites, comments and disabled entries', () => {
  const text = `Types: deb deb-src
# a comment inside
URIs: http://mirror.example/debian
Suites: trixie trixie-updates
Components: main
 contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp

Types: deb
URIs: http://off.example/debian
Suites: trixie
Components: main
Enabled: no
`;
  const common = { uri: 'http://mirror.example/debian', components: ['main', 'contrib'] };
  const signedBy = '/usr/share/keyrings/debian-archive-keyring.pgp';
  expect(parseAptSources(text, 'sources')).toEqual([
    { ...common, suite: 'trixie', signedBy },
    { ...common, suite: 'trixie-updates', signedBy },
  ]);
});

test("turns the host's Debian suites to another release and leaves other archives out", () => {
  const source = (suite: string, uri = 'http://m.example/debian') => ({ uri, suite, components: ['main'] });
  const sources = [
    'trixie',
    'trixie-updates',
    'trixie-security',
    'trixie-backports',
    'nodistro',
    'tool-trixie',
  ];
  const turned = forSuite(
    sources.map((suite) => source(suite)),
    ['trixie'],
    'bookworm',
  );
  expect(turned.map((one) => one.suite)).toEqual(['bookworm', 'bookworm-updates', 'bookworm-security']);
  expect(forSuite([source('buster/updates')], ['buster'], 'bookworm')[0]?.suite).toBe('bookworm-security');
  expect(forSuite([source('stable'), source('trixie')], ['stable', 'trixie'], 'bookworm')).toHaveLength(1);
});

test('what is rendered reads back as it was', () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9.-]{0,12}$/);
  const source = fc.record({
    uri: word.map((host) => `http://${host}/debian`),
    suite: word,
    components: fc.array(word, { minLength: 1, maxLength: 3 }),
    signedBy: word.map((name) => `/usr/share/keyrings/${name}`),
  });
  fc.assert(
    fc.property(fc.array(source, { maxLength: 5 }), (sources) => {
      expect(parseAptSources(renderAptSources(sources), 'sources')).toEqual(sources);
    }),
  );
});
