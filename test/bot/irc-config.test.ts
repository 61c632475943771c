import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ConfigError, type IrcNetwork, loadConfig } from '../../bot/config.ts';

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nx\n';
const KEY = '-----BEGIN EC PRIVATE KEY-----\nx\n';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deployday-irc-config-'));
  await writeFile(join(folder, 'bot.crt'), CERTIFICATE);
  await writeFile(join(folder, 'bot.key'), KEY, { mode: 0o600 });
  await writeFile(join(folder, 'open.key'), KEY);
  await chmod(join(folder, 'open.key'), 0o644);
});
afterAll(() => rm(folder, { recursive: true }));

/** One network with these keys beside the required ones. */
async function load(keys: string) {
  const file = join(folder, 'deployday.yaml');
  await writeFile(file, `irc: [{network: lab, host: irc.example.org, channels: ['#a'], ${keys}}]\n`, {
    mode: 0o600,
  });
  return loadConfig({ file, env: {}, cwd: folder });
}
const network = async (keys: string): Promise<IrcNetwork | undefined> => (await load(keys)).irc[0];
const problem = async (keys: string): Promise<string> => {
  const error = await load(keys).catch((failure: unknown) => failure);
  if (!(error instanceof ConfigError)) throw new Error(`no ConfigError for ${keys}: ${error}`);
  return error.message;
};

it('reads a login by certificate', async () => {
  const own = { tls: true, port: 6697, tlsCert: CERTIFICATE, tlsKey: KEY };
  expect(await network('tls: {cert: bot.crt, key: bot.key}, sasl: external')).toMatchObject({
    ...own,
    sasl: 'external',
  });
  const both = await network('tls: {ca: bot.crt, cert: bot.crt, key: bot.key}, colors: false');
  expect(both).toMatchObject({ ...own, tlsCa: CERTIFICATE, colors: false });
  expect(both).not.toHaveProperty('sasl');
});

it('warns of a private key that others can read', async () => {
  const { warnings } = await load('tls: {cert: bot.crt, key: open.key}, sasl: external');
  expect(warnings).toEqual([
    expect.stringMatching(/open\.key holds a secret and can be read by other users/),
  ]);
});

it.each([
  [
    'sasl: external',
    /sasl: external logs in by the bot's own certificate: set tls: \{cert: FILE, key: FILE\}/,
  ],
  ['tls: false, sasl: external', /sasl: external logs in by/],
  ['sasl: plain', /sasl: must be external, or a map with account, password/],
  ['tls: {cert: bot.crt}', /tls\.cert: needs its private key/],
  ['tls: {key: bot.key}', /tls\.key: needs its certificate/],
  ['tls: {cert: bot.key, key: bot.key}', /tls\.cert: .*bot\.key holds no certificate in PEM form/],
  ['tls: {cert: bot.crt, key: bot.crt}', /tls\.key: .*bot\.crt holds no private key in PEM form/],
  ['tls: {}', /tls: must be true, false or \{ca: FILE\}, or \{cert: FILE, key: FILE\}/],
  ['colors: green', /colors: must be true or false/],
])('says what is wrong with %s', async (keys, message) => {
  expect(await problem(keys)).toMatch(message);
});
