import { describe, expect, it } from 'vitest';
import { maskFacts } from '../../../engine/facts/masked.ts';
import { readFacts } from '../../../engine/facts/parse.ts';

const gathered = (...lines: string[]) =>
  ['deployday-facts begin 2', ...lines, 'deployday-facts end', ''].join('\n');

describe('facts of an environment', () => {
  it.each(['deployday', 'facts', 'begin', 'settings'])('with the secret "%s" are all read', (secret) => {
    const said = gathered(`settings\t/etc/x key\tit is ${secret} here`);
    const { facts, complete } = readFacts(maskFacts(said, [secret]));
    expect(complete).toBe(true);
    expect(facts.settings).toEqual({ '/etc/x key': 'it is **** here' });
  });

  it('with the secret "secret" tell by its hash what else is secret', () => {
    const said = gathered(
      'secret\t#1\t0a1b2c3d',
      'settings\t/etc/x password\t(secret #1)',
      'settings\t/etc/x admin\t(secret param admin_password)',
      'mine\tkey\tsecret',
    );
    const { facts } = readFacts(maskFacts(said, ['secret']));
    expect(facts.settings).toEqual({
      '/etc/x password': '(secret 0a1b2c3d)',
      '/etc/x admin': '(secret param admin_password)',
    });
    expect(facts.mine).toEqual({ key: '****' });
  });

  it('have the hash of a file also where a secret stands in it by chance', () => {
    const hash = `cafe${'0'.repeat(60)}`;
    const { facts } = readFacts(maskFacts(gathered(`${hash}  /etc/cafe.conf`), ['cafe']));
    expect(facts.files).toEqual({ '/etc/****.conf': hash });
  });

  it('hold no line of a private key', () => {
    const key = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7';
    const said = gathered(
      'mine\tkey\t-----BEGIN PRIVATE KEY-----',
      `mine\t1\t${key}`,
      'mine\tend\t-----END PRIVATE KEY-----',
      'mine\tafter\tit',
    );
    const masked = maskFacts(said, ['mine']);
    expect(masked).not.toContain(key);
    expect(readFacts(masked).facts.mine).toMatchObject({ key: '****', after: 'it' });
  });
});
