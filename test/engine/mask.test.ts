import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secretPatterns } from '../../engine/mask/patterns.ts';
import { createMasker, maskText } from '../../engine/mask.ts';

const TOKENS = {
  fernet: `gAAAAA${'Bl_x-9'.repeat(20)}==`,
  aws: 'AKIAIOSFODNN7EXAMPLE',
  github: `ghp_${'a1B2'.repeat(9)}`,
  slack: 'xoxb-123456789012-abcdefABCDEF',
  discord: `MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.${'x'.repeat(30)}`,
  jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlIQ',
};
const KEY_BODY = Array.from(
  { length: 24 },
  (_, i) => `MIIEpAIBAAKCAQEA${String(i).padStart(2, '0')}${'qW3+/'.repeat(9)}`,
);
const PEM = [
  '-----BEGIN RSA PRIVATE KEY-----',
  ...KEY_BODY,
  'c2hvcnQ=',
  '-----END RSA PRIVATE KEY-----',
].join('\n');

/** The text through a masker in chunks that end at these places. */
function inChunks(text: string, secrets: readonly string[], ends: readonly number[]): string {
  const masker = createMasker(secretPatterns(secrets));
  const bytes = Buffer.from(text);
  const places = [...new Set(ends.map((end) => end % (bytes.length + 1)))].sort((a, b) => a - b);
  const shown: Buffer[] = [];
  let from = 0;
  for (const place of [...places, bytes.length]) {
    shown.push(masker.push(bytes.subarray(from, place)));
    from = place;
  }
  return Buffer.concat([...shown, masker.flush()]).toString();
}

describe('declared secrets', () => {
  const secret = 'pa/ss wörd&1';
  it.each([
    ['as they are', secret],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64 after other text', Buffer.from(`user:${secret}`).toString('base64').slice(6)],
    ['URL-encoded', encodeURIComponent(secret)],
    ['URL-encoded as Python does', encodeURIComponent(secret).replaceAll('%2F', '/')],
    ['URL-encoded as a form', encodeURIComponent(secret).replaceAll('%20', '+').toLowerCase()],
  ])('%s', (_name, form) => {
    const shown = maskText(`before ${form} after\n`, [secret]);
    expect(shown).toMatch(/^before .{0,2}\*\*\*\*.{0,4} after\n$/);
  });

  it.each([
    ["it's 1 pa$$ word", `'it'\\''s 1 pa$$ word'`, "'****'"],
    ["it's 1 pa$$ word", `'it'"'"'s 1 pa$$ word'`, "'****'"],
    ['a"b$c`d\\e', '"a\\"b\\$c\\`d\\\\e"', '"****"'],
    ['two words&more', 'two\\ words\\&more', '****'],
  ])('%j quoted for a shell: %s', (declared, printed, shown) => {
    expect(maskText(`+ login ${printed} x\n`, [declared])).toBe(`+ login ${shown} x\n`);
  });

  it('hide the longest, overlapping ones whole, and leave short ones alone', () => {
    expect(maskText('swordfish sword', ['sword', 'swordfish'])).toBe('**** ****');
    expect(maskText('abcdefgh', ['abcd', 'cdefgh'])).toBe('****');
    expect(maskText('abc abc', ['abc'])).toBe('abc abc');
  });

  it('hide each line of a secret of many lines', () => {
    expect(maskText('x\nfirst line here\nsecond line here\ny', ['first line here\nsecond line here'])).toBe(
      'x\n****\n****\ny',
    );
  });
});

describe('known shapes', () => {
  it.each(Object.entries(TOKENS))('%s', (_name, token) => {
    expect(maskText(`token: ${token}, next`, [])).toBe('token: ****, next');
  });

  it.each([
    ['mysql+pymysql://keystone:s3cr@t@ctl:3306/keystone', 'mysql+pymysql://keystone:****@ctl:3306/keystone'],
    ['rabbit://:pw@mq:5672/', 'rabbit://:****@mq:5672/'],
    ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer ****'],
    [`{"authorization":"Basic dXNlcjpwYXNz"}`, `{"authorization":"Basic ****"}`],
    ['X-Auth-Token: 0123456789', 'X-Auth-Token: ****'],
    ['GET /v3?a=b&token=abcdef&c=d', 'GET /v3?a=b&token=****&c=d'],
    [`aws_secret_access_key = ${'wJalrXUtnF/'.repeat(4)}`, 'aws_secret_access_key = ****'],
    [`"key": "${PEM.replaceAll('\n', '\\n')}", "x": 1`, '"key": "****", "x": 1'],
  ])('%s', (text, shown) => expect(maskText(text, [])).toBe(shown));

  it.each([
    'http://10.0.0.5:5000/v3 is up at user@host',
    'see https://docs.example.org/a:b',
    'password = not in a URL is for the declared secrets',
    'AKIA is not a key, gAAAA neither',
  ])('leave alone: %s', (text) => expect(maskText(text, [])).toBe(text));

  it('hide private keys line by line, also behind what a log puts before them', () => {
    const lines = PEM.split('\n');
    const stars = lines.map(() => '****').join('\n');
    expect(maskText(`one\n${PEM}\ntwo\n`, [])).toBe(`one\n${stars}\ntwo\n`);
    expect(maskText(`one\r\n${lines.join('\r\n')}\r\ntwo`, [])).toBe(
      `one\r\n${stars.replaceAll('\n', '\r\n')}\r\ntwo`,
    );
    const logged = maskText(lines.map((line) => `n1 | ${line}\n`).join(''), []);
    expect(logged.split('\n')).toHaveLength(lines.length + 1);
    for (const body of KEY_BODY) expect(logged).not.toContain(body);
  });

  it('go on showing when a private key never ends', () => {
    const shown = maskText('-----BEGIN PRIVATE KEY-----\nMIIE\nService keystone is up\nnext\n', []);
    expect(shown).toBe('****\n****\nService keystone is up\nnext\n');
  });
});

describe('the stream', () => {
  it('gives every line at once when it has ended', () => {
    const masker = createMasker(secretPatterns(['swordfish']));
    expect(masker.push(Buffer.from('one\ntwo swordf')).toString()).toBe('one\n');
    expect(masker.push(Buffer.from('ish\nthree\rfo')).toString()).toBe('two ****\n');
    expect(masker.flush().toString()).toBe('three\rfo');
  });

  it('keeps back little of a line without end, and none of a secret that is one', () => {
    const masker = createMasker(secretPatterns(['swordfish']));
    let [given, shown] = [0, 0];
    const part = Buffer.from('0123456789 '.repeat(500));
    for (let i = 0; i < 200; i++) {
      given += part.length;
      shown += masker.push(part).length;
      expect(given - shown).toBeLessThan(32 * 1024);
    }
    expect(shown + masker.flush().length).toBe(given);
    expect(maskText(`gAAAAA${'x'.repeat(100_000)} end`, [])).toBe('**** end');
    expect(maskText(`ftp://u:${'swordfish'.repeat(10_000)}`, ['swordfish'])).toMatch(/^ftp:\/\/u:\*+$/);
  });

  it('keeps bytes that are no text', () => {
    const bytes = Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256));
    const masker = createMasker(secretPatterns(['swordfish']));
    expect(Buffer.concat([masker.push(bytes), masker.flush()])).toEqual(bytes);
  });
});

describe('properties', () => {
  const secret = fc.string({ minLength: 4, maxLength: 12, unit: fc.constantFrom(...'abAB1/+ é"') });
  const filler = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom(
      '\n',
      '\r\n',
      ' ',
      'http://u:',
      '@',
      'Bearer ',
      'Authorization: ',
      '-----BEGIN ',
      'PRIVATE KEY-----',
    ),
    fc.constantFrom('-----END ', PEM, ...Object.values(TOKENS)),
    fc.tuple(fc.constantFrom('x', 'ab ', ':', '='), fc.nat(9_000)).map(([text, n]) => text.repeat(n)),
  );
  const story = fc.array(secret, { maxLength: 4 }).chain((secrets) => {
    const pick = secrets.length > 0 ? fc.constantFrom(...secrets) : fc.constant('-');
    return fc.record({
      secrets: fc.constant(secrets),
      text: fc.array(fc.oneof(filler, pick), { maxLength: 30 }).map((parts) => parts.join('')),
      ends: fc.array(fc.nat(200_000), { maxLength: 40 }),
    });
  });

  it('the chunks do not matter', () => {
    fc.assert(
      fc.property(story, ({ secrets, text, ends }) => {
        expect(inChunks(text, secrets, ends)).toBe(inChunks(text, secrets, []));
      }),
      { numRuns: 400 },
    );
    const small = story.filter(({ text }) => text.length < 600);
    fc.assert(
      fc.property(small, ({ secrets, text }) => {
        const everywhere = Array.from({ length: Buffer.byteLength(text) }, (_, i) => i);
        expect(inChunks(text, secrets, everywhere)).toBe(maskText(text, secrets));
      }),
      { numRuns: 200 },
    );
  });

  it('a new masker that begins with what is undecided goes on as the old one would', () => {
    fc.assert(
      fc.property(story, fc.nat(200_000), ({ secrets, text, ends }, place) => {
        const bytes = Buffer.from(text);
        const patterns = secretPatterns(secrets);
        const first = createMasker(patterns);
        const cut = place % (bytes.length + 1);
        const before = [...ends.map((end) => end % (cut + 1)), cut].sort((a, b) => a - b);
        const shown = before.map((end, i) => first.push(bytes.subarray(before[i - 1] ?? 0, end)));
        const second = createMasker(patterns);
        shown.push(second.push(bytes.subarray(cut - first.undecided)), second.flush());
        expect(Buffer.concat(shown).toString()).toBe(inChunks(text, secrets, []));
      }),
      { numRuns: 400 },
    );
  });

  it('no secret survives, and lines stay lines', () => {
    fc.assert(
      fc.property(story, ({ secrets, text, ends }) => {
        const shown = inChunks(text, secrets, ends);
        for (const hidden of [...secrets, ...Object.values(TOKENS), KEY_BODY[5] as string]) {
          expect(shown).not.toContain(hidden);
        }
        if (Math.max(...text.split(/\r|\n/).map((line) => line.length)) < 4096) {
          expect(shown.replace(/[^\r\n]/g, '')).toBe(text.replace(/[^\r\n]/g, ''));
        }
      }),
      { numRuns: 400 },
    );
  });
});
