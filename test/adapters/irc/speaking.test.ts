import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ircLines, uncoloured } from '../../../adapters/irc/lines.ts';
import { createPace } from '../../../adapters/irc/pace.ts';
import { multilineIn, portion, protocolLines, tagValue } from '../../../adapters/irc/parcel.ts';
import { type Post, shorten, waitingLines } from '../../../adapters/irc/post.ts';
import { createTurns } from '../../../adapters/irc/turns.ts';
import type { OutgoingMessage } from '../../../adapters/message.ts';
import { readLine } from '../../support/irc/modern/protocol.ts';

const anything = fc.string({ unit: 'binary', maxLength: 60 });

describe('lines of the protocol', () => {
  it('carry any tag value unharmed, and nothing else with it', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const [line = ''] = protocolLines(
          { to: '#room', lines: ['text'], tags: { label: value, key: 'k' } },
          'b1',
        );
        expect(line).not.toMatch(/[\r\n\0]/);
        const { tags, command, params } = readLine(line);
        expect(tags.get('label')).toBe(value.replaceAll('\0', ''));
        expect([...tags.keys(), command, ...params]).toEqual(['label', 'key', 'PRIVMSG', '#room', 'text']);
      }),
    );
    expect(tagValue('a;b c\\')).toBe('a\\:b\\sc\\\\');
  });

  it('of several lines keep to both limits, and lose none', () => {
    const lines = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        lines,
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 2, max: 12 }),
        (texts, maxBytes, maxLines) => {
          const sent: string[] = [];
          for (let rest = waitingLines(texts); rest.length > 0; ) {
            const part = rest.slice(0, portion(rest, { maxBytes, maxLines })).map(({ text }) => text);
            expect(part.length).toBeGreaterThan(0);
            expect(part.length).toBeLessThanOrEqual(maxLines);
            if (part.length > 1) expect(Buffer.byteLength(part.join('\n'))).toBeLessThanOrEqual(maxBytes);
            sent.push(...part);
            rest = rest.slice(part.length);
          }
          expect(sent).toEqual(texts);
        },
      ),
    );
  });

  it.each([
    ['max-bytes=4096,max-lines=24', { maxBytes: 4096, maxLines: 24 }],
    ['max-lines=9999,new-thing,max-bytes=40000', { maxBytes: 40_000, maxLines: 40 }],
    ['max-bytes=4096', { maxBytes: 4096, maxLines: 40 }],
    ['max-bytes=4096,max-lines=1', undefined],
    ['max-bytes=lots', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('of several lines: what %j allows', (value, limits) => {
    expect(multilineIn(value)).toEqual(limits);
  });

  it('are split again when their room shrinks, between characters, and lose nothing', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(text, fc.integer({ min: 4, max: 80 }), (whole, room) => {
        const post = { lines: waitingLines([whole]) } as Post;
        shorten(post, room);
        const pieces = post.lines.map((line) => line.text);
        expect(pieces.join('')).toBe(whole);
        for (const piece of pieces) {
          expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(room);
          expect(Buffer.from(piece).toString()).toBe(piece); // no half of a code point
        }
      }),
    );
  });
});

describe('turns', () => {
  const go = () => true;

  it('keep the order within a target, and leave nobody waiting for long', () => {
    const item = fc.record({ target: fc.integer({ min: 0, max: 3 }), rank: fc.integer({ min: 0, max: 2 }) });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 40 }), (items) => {
        const numbered = items.map((each, at) => ({ ...each, at }));
        const turns = createTurns<number, (typeof numbered)[number]>();
        for (const each of numbered) turns.add(each);
        const passedOver = new Map<number, number>();
        const served: typeof numbered = [];
        for (let next = turns.take(go); next; next = turns.take(go)) {
          served.push(next);
          turns.remove(next);
          passedOver.set(next.target, 0);
          for (const target of new Set(turns.all().map((each) => each.target))) {
            if (target !== next.target) passedOver.set(target, (passedOver.get(target) ?? 0) + 1);
          }
          expect(Math.max(...passedOver.values())).toBeLessThanOrEqual(10);
        }
        expect(served).toHaveLength(items.length);
        for (const target of [0, 1, 2, 3]) {
          const order = served.filter((each) => each.target === target).map(({ at }) => at);
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
      }),
    );
  });

  it('let what somebody waits for go first, with what stands before it', () => {
    const turns = createTurns<string, { target: string; rank: number; name: string }>();
    turns.add({ target: 'a', rank: 2, name: 'board' });
    turns.add({ target: 'b', rank: 1, name: 'outcome' });
    turns.add({ target: 'c', rank: 2, name: 'board before a question' });
    turns.add({ target: 'c', rank: 0, name: 'question' });
    const order = [];
    for (let next = turns.take(go); next; next = turns.take(go)) {
      order.push(next.name);
      turns.remove(next);
    }
    expect(order).toEqual(['board before a question', 'question', 'outcome', 'board']);
  });

  it('pass over who cannot go now', () => {
    const turns = createTurns<string, { target: string; rank: number }>();
    turns.add({ target: 'a', rank: 0 });
    turns.add({ target: 'b', rank: 2 });
    expect(turns.take(({ target }) => target === 'b')?.target).toBe('b');
    expect(turns.take(() => false)).toBe(undefined);
  });
});

describe('the pace', () => {
  it('is halved when the server minds, once for one burst, and never comes to nothing', () => {
    const pace = createPace(10, 0);
    expect([pace.minds(1_000), pace.minds(1_500), pace.share]).toEqual([true, false, 0.5]);
    for (let at = 2_000; at < 100_000; at += 5_000) pace.minds(at);
    expect(pace.share).toBe(1 / 16);
    expect(pace.window).toBe(1);
    pace.empty(100_000);
    expect(pace.wait(100_000)).toBeLessThanOrEqual(1_600);
  });

  it('is silent for as long as it was asked to be', () => {
    const pace = createPace(10, 0);
    pace.minds(0, { hold: 20_000 });
    expect(pace.wait(5_000)).toBe(15_000);
    expect(pace.wait(20_000)).toBe(0);
  });

  it('comes back to a little below what was too much, and after a long calm to all of it', () => {
    const pace = createPace(10, 0);
    pace.minds(0);
    for (let line = 0; line < 100; line++) pace.bears(line, 1);
    expect(pace.share).toBeCloseTo(0.8);
    for (let line = 0; line < 1_000; line++) pace.bears(line, 1);
    expect(pace.share).toBe(1);
  });
});

describe('the sign of how it turned out', () => {
  const good: OutgoingMessage = { kind: 'outcome', mood: 'good', text: 'demo ready\nmore' };
  it('stands behind the first line, where colours are wanted', () => {
    expect(ircLines(good, 400)).toEqual(['demo ready', 'more']);
    expect(ircLines(good, 400, { colors: true })).toEqual(['demo ready \x0303✔\x03', 'more']);
    expect(ircLines({ ...good, mood: 'bad' }, 400, { colors: true })[0]).toBe('demo ready \x0304✘\x03');
    expect(ircLines({ ...good, mood: 'busy' }, 400, { colors: true })[0]).toBe('demo ready');
    expect(uncoloured('demo ready \x0303✔\x03')).toBe('demo ready ✔');
  });
  it('is the only control character there ever is', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 20, max: 400 }), (text, limit) => {
        const lines = ircLines({ text, mood: 'good', link: 'http://x/1' }, limit, { colors: true });
        for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(limit);
        expect(lines.map(uncoloured).join('')).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
  it('comes without the details of a board', () => {
    const blocks = [{ type: 'code', text: 'details' } as const];
    expect(ircLines({ kind: 'board', text: '1 of 3', blocks }, 400)).toEqual(['1 of 3']);
  });
});
