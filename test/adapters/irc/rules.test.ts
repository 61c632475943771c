import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountBook, accountNamed } from '../../../adapters/irc/accounts.ts';
import { commandIn } from '../../../adapters/irc/addressing.ts';
import { tokenBucket } from '../../../adapters/irc/bucket.ts';
import { ircLines } from '../../../adapters/irc/lines.ts';
import { caseLower, channelName, targetOf } from '../../../adapters/irc/names.ts';
import { alternative } from '../../../adapters/irc/nick.ts';

describe('addressing', () => {
  const us = { nick: 'Bot[x]', direct: false, lower: (name: string) => caseLower(name, 'rfc1459') };
  it.each([
    ['!status ex', 'status ex'],
    ['  !status  ex ', 'status  ex'],
    ['bot{X}: status', 'status'],
    ['Bot[x],status', 'status'],
    ['Bot[x]: !status', 'status'],
    ['Bot[x]:', null],
    ['Bot[x] status', null],
    ['hello Bot[x]: status', null],
    ['! status', null],
    ['!!status', null],
    ['!', null],
    ['', null],
  ])('%j is for us as %j', (line, command) => {
    expect(commandIn(line, us)).toBe(command);
  });
  it('takes bare text in a direct message', () => {
    expect(commandIn('status ex', { ...us, direct: true })).toBe('status ex');
    expect(commandIn(' \x02 ', { ...us, direct: true })).toBe(null);
  });
});

describe('names', () => {
  it('compare as the server says', () => {
    expect(caseLower('A[]\\^', 'rfc1459')).toBe('a{}|~');
    expect(caseLower('A[]\\^', 'rfc1459-strict')).toBe('a{}|^');
    expect(caseLower('A[]\\^Ä', 'ascii')).toBe('a[]\\^Ä');
    expect(caseLower('Ä', 'rfc7613')).toBe('ä');
  });
  it('go there and back', () => {
    for (const target of ['#room', '&local', 'alice', '[a]', '~al', '~']) {
      expect(targetOf('irc:lab', channelName('irc:lab', target))).toBe(target);
    }
  });
  it('never stand for a part of a channel', () => {
    for (const name of ['@~#room', '@~&local', '@~+room', '@~~#room', '@%#room', '@@#room']) {
      expect(targetOf('irc:lab', `irc:lab/${name}`)).toBe(null);
    }
  });
  it('never give a target that is more than one word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const target = targetOf('irc:lab', `irc:lab/${name}`);
        if (target === null) return;
        expect(target).not.toMatch(/[\s,\p{Cc}]|^:/u);
        expect(target).not.toBe('');
      }),
    );
  });
  it('have others to fall back to', () => {
    expect([alternative('deployday', 0), alternative('deployday', 1)]).toEqual(['deployday_', 'deployday__']);
    expect(alternative('deployday', 2)).toMatch(/^deploy\d{3}$/);
  });
});

describe('the token bucket', () => {
  it('never lets more through than a burst and the rate', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(waits, fc.integer({ min: 1, max: 5 }), (pauses, rate) => {
        const bucket = tokenBucket(4, rate, 0);
        let now = 0;
        let sent = 0;
        for (const pause of pauses) {
          now += pause;
          if (bucket.wait(now) === 0) {
            bucket.charge(now);
            sent++;
          }
          expect(sent).toBeLessThanOrEqual(4 + (now / 1000) * rate + 1e-6);
        }
        const wait = bucket.wait(now);
        expect(bucket.wait(now + wait)).toBe(0);
      }),
    );
  });
  it('makes later lines wait for what could not', () => {
    const bucket = tokenBucket(4, 1, 0);
    for (let line = 0; line < 6; line++) bucket.charge(0);
    expect(bucket.wait(0)).toBe(3_000);
    bucket.empty(100_000);
    expect(bucket.wait(100_000)).toBe(1_000);
  });
});

describe('the account book', () => {
  it('knows only people who share a channel with us', () => {
    const book = accountBook();
    book.told('stranger', 'account');
    expect(book.accountOf('stranger')).toBe(undefined);
    book.joined('alice', '#a', 'alice');
    book.joined('alice', '#b');
    book.left('alice', '#a');
    expect(book.accountOf('alice')).toBe('alice');
    book.told('alice', null);
    expect(book.accountOf('alice')).toBe(null);
    book.leftChannel('#b');
    expect(book.accountOf('alice')).toBe(undefined);
  });
  it('reads every way of writing "none"', () => {
    for (const none of [undefined, false, '', '*', '0'] as const) expect(accountNamed(none)).toBe(null);
    expect(accountNamed('alice')).toBe('alice');
  });
});

describe('a message as IRC lines', () => {
  it('carries its link once', () => {
    const link = 'http://127.0.0.1:8080/runs/1';
    expect(ircLines({ text: 'ready', link }, 400)).toEqual([`ready — ${link}`]);
    expect(ircLines({ text: `see ${link}`, link }, 400)).toEqual([`see ${link}`]);
    expect(ircLines({ text: 'x'.repeat(390), link }, 400)).toEqual(['x'.repeat(390), link]);
    expect(ircLines({ text: '', link }, 400)).toEqual([link]);
  });
  it('is no flood, however much there is to say', () => {
    const link = 'http://127.0.0.1:8080/';
    const text = Array.from({ length: 300 }, (_, at) => `e${at}: ready`).join('\n');
    const lines = ircLines({ text, link }, 400);
    expect(lines).toHaveLength(13);
    expect(lines.slice(-2)).toEqual(['e11: ready', `… 288 more: ${link}`]);
    expect(ircLines({ text }, 400).slice(-2)).toEqual(['e23: ready', '… 276 more']);
  });
  it('shows more where there is no link to the rest', () => {
    const code = Array.from({ length: 30 }, (_, at) => `line ${at}`).join('\n');
    const lines = ircLines({ text: 'log', blocks: [{ type: 'code', text: code }] }, 400);
    expect(lines).toHaveLength(26);
    expect(lines.at(-1)).toBe('… 6 more');
  });

  it('shows the end of what a command has said', () => {
    const text = Array.from({ length: 40 }, (_, at) => `line ${at}`).join('\n');
    const link = 'http://127.0.0.1:8080/runs/1';
    const message = { text: 'done', blocks: [{ type: 'code', text, endMatters: true }], link } as const;
    expect(ircLines(message, 400)).toEqual([
      'done',
      `… 34 before these: ${link}`,
      ...[34, 35, 36, 37, 38, 39].map((at) => `| line ${at}`),
    ]);
  });

  it('is few lines in all, however many parts it has', () => {
    const link = 'http://127.0.0.1:8080/runs/1';
    const answers = Array.from({ length: 300 }, (_, at) => [
      { type: 'text', text: `node-${at}:` } as const,
      { type: 'code', text: 'one\ntwo' } as const,
    ]).flat();
    const lines = ircLines({ text: 'command done on 300 nodes', blocks: answers, link }, 400);
    expect(lines).toHaveLength(25);
    expect(lines.slice(0, 4)).toEqual([`command done on 300 nodes — ${link}`, 'node-0:', '| one', '| two']);
    expect(lines.at(-1)).toBe(`… 877 more lines: ${link}`);
    const without = ircLines({ text: 'command done on 300 nodes', blocks: answers }, 400);
    expect(without).toHaveLength(41);
    expect(without.at(-1)).toBe('… 861 more lines');
  });
});
