import { describe, expect, it } from 'vitest';
import { batchReader, type Heard, isHistory, labelOf } from '../../../adapters/irc/batches.ts';
import { moment, serverClock } from '../../../adapters/irc/clock.ts';
import { defaultTimes } from '../../../adapters/irc/config.ts';
import { endingOf } from '../../../adapters/irc/ending.ts';
import { pauseAfter } from '../../../adapters/irc/persist.ts';
import { receiptIn } from '../../../adapters/irc/receipts.ts';
import { readLine } from '../../support/irc/modern/protocol.ts';

const isUs = (nick: string): boolean => nick === 'bot';

/** These lines as the adapter gets them. */
function heard(...lines: string[]): Heard[] {
  const read = batchReader();
  return lines.map((line) => {
    const { tags, source, command, params } = readLine(line);
    const [nick = '', ident = '', hostname = ''] = source.includes('!') ? source.split(/[!@]/) : [];
    return read({ tags: Object.fromEntries(tags), prefix: source, command, params, nick, ident, hostname });
  });
}

describe('batches', () => {
  it('are known with what lies within them, and with their tags', () => {
    const [, , inner, , outer, after] = heard(
      '@label=x :s BATCH +1 chathistory #room',
      '@batch=1;msgid=m :a!b@c BATCH +2 draft/multiline #room',
      '@batch=2 :a!b@c PRIVMSG #room :inner',
      '@batch=1 :s BATCH -2',
      '@batch=1 :a!b@c PRIVMSG #room :outer',
      '@batch=2 :a!b@c PRIVMSG #room :too late',
    );
    expect(inner?.batch).toMatchObject({ type: 'draft/multiline', tags: { msgid: 'm' }, params: ['#room'] });
    expect([inner, outer, after].map((message) => isHistory(message?.batch))).toEqual([true, true, false]);
    expect(inner && labelOf(inner)).toBe('x');
  });
});

describe('answers to what we said', () => {
  const last = (...lines: string[]) => {
    const message = heard(...lines).at(-1);
    return message && receiptIn(message, isUs);
  };
  it.each([
    [
      ['@label=a;msgid=m :bot!b@c PRIVMSG #room :x'],
      { label: 'a', target: '#room', verdict: { is: 'taken', id: 'm' } },
    ],
    [[':bot!b@c PRIVMSG #room :x'], { target: '#room', verdict: { is: 'taken' } }],
    [['@label=a :s ACK'], { label: 'a', verdict: { is: 'taken' } }],
    [['@label=a :s 301 bot alice :is away'], { label: 'a', verdict: { is: 'taken' } }],
    [
      ['@label=a :s BATCH +1 labeled-response', '@batch=1;msgid=m :bot!b@c PRIVMSG alice :x'],
      { label: 'a', verdict: { is: 'taken', id: 'm' } },
    ],
    [
      ['@label=a;msgid=m :bot!b@c BATCH +1 draft/multiline #room'],
      { label: 'a', target: '#room', verdict: { is: 'taken', id: 'm' } },
    ],
    [['@label=a :s 999 bot :no idea'], { label: 'a', verdict: { is: 'refused', reason: 'no idea' } }],
    [['@label=a :s KICK #room bot :flood'], { label: 'a', verdict: { is: 'refused', reason: 'flood' } }],
    [[':s 404 bot #room :no'], { target: '#room', verdict: { is: 'refused', reason: 'no' } }],
    [['@label=a :s FAIL BATCH MULTILINE_MAX_LINES 3 :no'], { label: 'a', verdict: { is: 'too long' } }],
    [
      [':s 439 bot #room :Please wait 20 seconds.'],
      { target: '#room', verdict: { is: 'later', wait: 20_000 } },
    ],
    [[':s 707 bot alice :too fast'], { target: 'alice', verdict: { is: 'later', wait: undefined } }],
    [[':s 263 bot PRIVMSG :wait a while'], { verdict: { is: 'later', wait: undefined } }],
  ])('%j', (lines, receipt) => expect(last(...lines)).toMatchObject(receipt));

  it.each([
    [[':alice!b@c PRIVMSG #room :x']],
    [[':s BATCH +1 chathistory #room', '@batch=1 :bot!b@c PRIVMSG #room :long ago']],
    [['@label=a :bot!b@c BATCH +1 draft/multiline #room', '@batch=1 :bot!b@c PRIVMSG #room :a part']],
    [['@label=a :s BATCH +1 labeled-response']],
    [[':s 263 bot WHO :wait a while']],
    [[':s 332 bot #room :the topic']],
    [[':s FAIL REDACT UNKNOWN_MSGID #room m :no']],
  ])('%j is none', (lines) => expect(last(...lines)).toBe(null));
});

describe("the server's clock", () => {
  it('tells what was said before we connected, whatever our own clock says', () => {
    const clock = serverClock(() => 1_000_000);
    expect(clock.isPast(new Date(1_000_000 - 30_000).toISOString())).toBe(false); // not known yet how they differ
    expect(clock.isPast(new Date(1_000_000 - 90_000).toISOString())).toBe(true);
    clock.read(new Date(5_000_000).toISOString());
    expect(clock.atServer(1_000_000)).toBe(5_000_000);
    expect(clock.isPast(new Date(4_998_000).toISOString())).toBe(true);
    expect(clock.isPast(new Date(4_999_500).toISOString())).toBe(false);
    expect(clock.isPast(undefined)).toBe(false);
    expect(clock.isPast('nonsense')).toBe(false);
  });
  it('is read as ZNC writes it, too', () => {
    expect(moment('1700000000.5')).toBe(1_700_000_000_500);
    expect(moment('2023-11-14T22:13:20.500Z')).toBe(1_700_000_000_500);
  });
});

describe('last words', () => {
  it.each([
    ['Closing Link: host (K-Lined)', 'banned', false],
    ['Closing link: (a@b) [G-Lined: spam]', 'banned', false],
    ['Closing Link: host (AKILL ID:12 [no bots])', 'banned', false],
    ['You are not welcome on this network', 'banned', false],
    ['Closing Link: host (DNSBL listed)', 'banned', false],
    ['Your host is trying to (re)connect too fast -- throttled', 'throttled', false],
    ['Closing Link: host (Too many connections from your IP (global))', 'throttled', false],
    ['Session limit exceeded', 'throttled', false],
    ['Closing Link: host (No more connections allowed in your connection class)', 'throttled', false],
    ['Closing Link: host (Excess Flood)', 'dropped', true],
    ['Closing link: (a@b) [RecvQ exceeded]', 'dropped', true],
    ['Closing Link: host (Ping timeout: 180 seconds)', 'dropped', false],
    ['Server is going offline', 'dropped', false],
  ])('%s', (text, kind, flooded) => expect(endingOf(text)).toMatchObject({ kind, flooded }));
});

describe('the pause before connecting again', () => {
  it('grows with every attempt, up to a limit for each kind', () => {
    const pauses = (kind: 'dropped' | 'throttled' | 'banned') =>
      [0, 1, 2, 3, 20].map((count) => pauseAfter(defaultTimes, kind, count) / 1_000);
    const within = (all: number[], lowest: number[], slack: number) => {
      all.forEach((pause, at) => {
        expect(pause).toBeGreaterThanOrEqual(lowest[at] ?? 0);
        expect(pause).toBeLessThanOrEqual((lowest[at] ?? 0) * slack);
      });
    };
    within(pauses('dropped'), [0.5, 1, 2, 4, 30], 2);
    within(pauses('throttled'), [60, 120, 240, 480, 7_200], 1.1);
    within(pauses('banned'), [300, 600, 1_200, 2_400, 7_200], 1.1);
  });
});
