import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFacts, readFacts } from '../../../engine/facts/parse.ts';

describe('readFacts', () => {
  it('takes values with tabs and any bytes, and counts what it skips', () => {
    const { facts, skipped, complete } = readFacts(
      Buffer.concat([
        Buffer.from('deployday-facts begin 2\nsettings\t/a [b] c\tone\ttwo\nnoise\nBad\tk\tv\nmine\tk\t'),
        Buffer.from([0xff, 0x00, 0x41]),
        Buffer.from(`\n\\${'0'.repeat(64)}  /a\\nb\\\\c\n`),
        Buffer.from('mounts\t/a\\040b\text4 rw\ndeployday-facts end\n'),
      ]),
    );
    expect(facts.settings).toEqual({ '/a [b] c': 'one\ttwo' });
    expect(facts.mine).toEqual({ k: '\\xffA' });
    expect(facts.files).toEqual({ '/a\nb\\c': '0'.repeat(64) });
    expect(facts.mounts).toEqual({ '/a b': 'ext4 rw' });
    expect(skipped).toBe(2);
    expect(complete).toBe(true);
  });

  it("has all values of what a blueprint's script tells of more than once", () => {
    const lines = ['images\tcirros\tactive a', 'images\tcirros\tactive b', 'users\tx\t1', 'users\tx\t2', ''];
    const { facts } = readFacts(lines.join('\n'));
    expect(facts).toMatchObject({ images: { cirros: 'active a, active b' }, users: { x: '2' } });
  });

  it('knows that output was cut off', () => {
    expect(readFacts('deployday-facts begin 2\nos\tid\tdebian\n').complete).toBe(false);
  });

  it('writes addresses of the kernel as ss does', () => {
    const lines = ['tcp\t0100007F:1F90', 'tcp\t00000000000000000000000000000000:0016'];
    lines.push('udp\t00000000000000000000000001000000:0035', 'tcp\tB80D0120000000000000000001000000:0050');
    expect(Object.keys(parseFacts(lines.map((line) => `ports-hex\t${line}\n`).join('')).ports ?? {})).toEqual(
      ['tcp 127.0.0.1:8080', 'tcp [::]:22', 'udp [::1]:53', 'tcp [2001:db8::1]:80'],
    );
  });

  it('is not misled by names that every object has', () => {
    const { facts } = readFacts('users\t__proto__\t0:0:/bin/sh\n__proto__\ta\tb\nconstructor\ta\tb\n');
    expect(Object.entries(facts.users ?? {})).toEqual([['__proto__', '0:0:/bin/sh']]);
    expect(Object.hasOwn(facts, 'constructor')).toBe(true);
  });

  it('never throws, and finds again what was printed', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readFacts(Buffer.from(bytes))));
    const clean = fc.string({ unit: 'grapheme' }).filter((text) => !/[\0\n\r]/.test(text));
    const key = clean.filter((text) => text !== '' && !text.includes('\t'));
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(key, clean), { selector: ([name]) => name }), (entries) => {
        const output = entries.map(([k, v]) => `mine\t${k}\t${v}\n`).join('');
        expect(parseFacts(output).mine ?? {}).toEqual(Object.fromEntries(entries));
      }),
    );
  });
});
