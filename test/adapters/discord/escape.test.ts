import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeBlock, escaped } from '../../../adapters/discord/render/escape.ts';
import { plain } from '../../../adapters/render/plain.ts';
import { shownOf } from '../../support/discord/markdown.ts';

/** Everything that Discord gives a meaning to, between letters, spaces and line ends. */
const markup = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...'\\*_~`|><#-[]()@!&:/.+1a \n') },
      fc.constantFrom('```', '~~', '||', '**', '__', '>>> ', '-# ', '](', '1. ', '# ', '@everyone', '@here'),
      fc.constantFrom('<@1>', '<@!1>', '<@&1>', '<#1>', '</a:1>', '<:a:1>', '<t:1:R>', '<id:home>', 'http:/'),
      fc.constantFrom('[a](http://b.c)', 'snake_case_', '_a_', 'é', '\u200b', '😀'),
      fc.string(),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

const withoutBreaks = (text: string) => text.replaceAll('\u200b', '');

describe('escaped text', () => {
  it('shows what it says and nothing else, whatever it says', () => {
    fc.assert(
      fc.property(markup, (text) => {
        fc.pre(!/https?:\/\//.test(text));
        const shown = shownOf(escaped(text));
        expect(shown.entities).toEqual([]);
        expect(withoutBreaks(shown.text)).toBe(withoutBreaks(plain(text)));
      }),
      { numRuns: 3_000 },
    );
  });

  it('makes nothing but links of it when it holds addresses', () => {
    const address = fc.constantFrom('http://127.0.0.1:8080/runs/1', 'https://a.example/x_(y)_*z*?q=__1__#f');
    fc.assert(
      fc.property(fc.array(fc.oneof(markup, address)), (parts) => {
        expect(shownOf(escaped(parts.join(' '))).entities).toEqual([]);
      }),
      // An underscore right before an address is no part of a word any more.
      { numRuns: 3_000, examples: [[['A_http://(', 'https://a.example/x_(y)_*z*?q=__1__#f']]] },
    );
  });

  it.each([
    ['watch http://127.0.0.1:8080/runs/1', ['http://127.0.0.1:8080/runs/1']],
    ['see (http://h/a_b), or https://h/x.', ['http://h/a_b', 'https://h/x']],
    ['wiki http://h/a_(b) here', ['http://h/a_(b)']],
    ['page: http://[::1]:8080/x', ['http://[::1]:8080/x']],
  ])('%s has the links %j, and they are as they were', (text, links) => {
    const shown = shownOf(escaped(text));
    expect(shown.links).toEqual(links);
    expect(shown.text).toBe(text);
    expect(shown.entities).toEqual([]);
  });

  it('shows points in time in the zone of the reader, and how far they are', () => {
    expect(escaped('since 2026-03-01T10:00:05Z, until 2026-03-01T12:00:00.5+02:00')).toBe(
      'since <t:1772359205:f> (<t:1772359205:R>), until <t:1772359200:f> (<t:1772359200:R>)',
    );
    expect(escaped('2026-13-41T99:99:99Z')).toBe('2026-13-41T99:99:99Z');
  });

  it('leaves names as they are typed', () => {
    expect(escaped('demo/controller-1: admin_password, size=mini, 3 of 4 (50%)')).toBe(
      'demo/controller-1: admin_password, size=mini, 3 of 4 (50%)',
    );
  });
});

describe('a code block', () => {
  it('is one block with all of its text, whatever it holds', () => {
    fc.assert(
      fc.property(markup, (text) => {
        fc.pre(plain(text).trim() !== '');
        const shown = shownOf(codeBlock(text));
        const inner = (block: string) => withoutBreaks(block).replace(/^\n+|\n+$/g, '');
        expect(shown.codeBlocks.map(inner)).toEqual([inner(plain(text).replaceAll('\t', '    '))]);
        expect(shown.entities).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is left out where there is nothing to show', () => {
    expect(codeBlock(' \n\t\n')).toBe('');
  });
});
