import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { html, md } from '../../sessions/report/escape.ts';
import { asHtml } from '../../sessions/report/html.ts';
import { makeReport } from '../../sessions/report/make.ts';
import { asMarkdown } from '../../sessions/report/markdown.ts';
import { happenings } from '../../sessions/report/timeline.ts';
import { median, openDifferences, workDone } from '../../sessions/report/work.ts';
import { facts, run } from './facts.ts';

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '[click](javascript:alert(1))',
  '![x](https://evil.example/track.png)',
  '</td></tr></table># Heading',
  '| a | b |\n|---|---|',
  '`code` **bold** ~~gone~~ $x$',
  '- item',
  '1. item',
  '# heading',
  '---',
  '&lt;b&gt; &amp;',
  'https://example.org/"onmouseover="alert(1)',
  'https://example.org/<b>x</b>',
  'https://example.org/a|b',
  '@everyone <!channel> #1',
  '\u202Egnp.exe\u2066',
  'line\r\nbreak\u2028and\u0000more',
];
/** All elements that a report is made of. */
const TAGS =
  '!doctype b body code div h1 h2 head html img li meta p section span style table tbody td th thead title tr ul'.split(
    ' ',
  );
const texts = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'grapheme' }),
  fc
    .array(
      fc.constantFrom(
        '<',
        '>',
        '"',
        "'",
        '`',
        '|',
        '[',
        ']',
        '(',
        ')',
        '\\',
        'https://x.y/',
        'a',
        ' ',
        '\n',
        '&',
        '_',
        '*',
      ),
    )
    .map((parts) => parts.join('')),
);

describe('what people write stays what they wrote', () => {
  test('in Markdown: nothing but text and plain links', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const shown = md(text);
        expect(shown).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u);
        const bare = shown
          .replace(/<https?:\/\/[^\s<>|\\`"']+>/g, '')
          .replace(/\\[\\`*_[\]<>#|~&$!+=.)-]/g, '');
        expect(bare).not.toMatch(/[`*_[\]<>#|~&$!\\]/);
        expect(shown).not.toMatch(/^([-+=]|\d+[.)])/);
      }),
      { numRuns: 3_000 },
    );
  });

  test('in HTML: nothing but text and links to http and https', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const bare = html(text).replace(
          /<a href="https?:\/\/[^\s"'<>]+" rel="noopener noreferrer nofollow">[^<>"']+<\/a>/g,
          '',
        );
        expect(bare).not.toMatch(/[<>"']/);
        expect(bare.replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
      }),
      { numRuns: 3_000 },
    );
  });

  test('in a whole report, wherever they write it', () => {
    for (const text of HOSTILE) {
      const report = makeReport(facts({ text }));
      const page = asHtml(report);
      const tags = new Set([...page.matchAll(/<\/?([a-z0-9!]+)/gi)].map(([, tag]) => tag?.toLowerCase()));
      expect([...tags].filter((tag) => tag !== 'a').sort()).toEqual(TAGS);
      expect(page.match(/<img /g)).toHaveLength(1);
      expect(page).not.toMatch(/<[^>]*\son[a-z]+=/);
      expect(page.match(/<h2>/g)?.length).toBe(13);
      const document = asMarkdown(report);
      expect(document.match(/^#+ /gm)).toHaveLength(14);
      const widths = document
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .map((line) => line.replace(/\\\|/g, '').split('|').length);
      expect(new Set(widths)).toEqual(new Set([5, 7, 8]));
    }
  });
});

describe('figures', () => {
  test('rates count what ended and was not cancelled; times are of what succeeded', () => {
    const runs = [
      run({ id: 1, kind: 'provision', state: 'succeeded', took: 60 }),
      run({ id: 2, kind: 'provision', state: 'succeeded', took: 30 }),
      run({ id: 3, kind: 'provision', state: 'failed', took: 5 }),
      run({ id: 4, kind: 'provision', state: 'cancelled', took: 1 }),
      run({ id: 5, kind: 'provision', state: 'running', took: null }),
      run({ id: 6, kind: 'reset', state: 'broke', took: 3 }),
    ];
    expect(workDone(runs)).toEqual([
      {
        kind: 'provision',
        runs: 5,
        succeeded: 2,
        failed: 1,
        broke: 0,
        cancelled: 1,
        unknown: 0,
        going: 1,
        rate: 2 / 3,
        medianMs: 45_000,
        longestMs: 60_000,
      },
      expect.objectContaining({ kind: 'reset', rate: 0, medianMs: null, longestMs: null }),
    ]);
    expect([median([]), median([3]), median([5, 1, 3])]).toEqual([null, 3, 3]);
  });

  test('a difference is open until a reset or provision mends it, and stale when something was run since', () => {
    const environments = facts({ text: '' }).environments;
    const diff = run({ id: 10, kind: 'diff', state: 'succeeded', took: 1, differences: 2 });
    const standing = (...later: ReturnType<typeof run>[]) =>
      openDifferences({ environments, runs: [diff, ...later] });
    expect(standing()).toMatchObject([{ environment: 'ex', run: 10, differences: 2, stale: false }]);
    expect(standing(run({ id: 11, kind: 'exec', state: 'succeeded', took: 1 }))).toMatchObject([
      { stale: true },
    ]);
    expect(standing(run({ id: 11, kind: 'reset', state: 'failed', took: 1 }))).toMatchObject([
      { stale: true },
    ]);
    expect(standing(run({ id: 11, kind: 'reset', state: 'succeeded', took: 1 }))).toEqual([]);
    expect(standing(run({ id: 11, kind: 'diff', state: 'succeeded', took: 1, differences: 0 }))).toEqual([]);
  });

  test('a failure is mended by a later success of the same kind', () => {
    const given = facts({ text: '' });
    const { failures } = makeReport({
      ...given,
      runs: [
        run({ id: 1, kind: 'provision', state: 'failed', took: 1 }),
        run({ id: 2, kind: 'verify', state: 'failed', took: 1 }),
        run({ id: 3, kind: 'provision', state: 'succeeded', took: 1 }),
      ],
    });
    expect(failures.map(({ run, mended }) => [run, mended])).toEqual([
      [1, true],
      [2, false],
    ]);
  });
});

test('people stand by site and organisation, nobody before another for what they did', () => {
  const { people } = makeReport(facts({ text: 'x' }));
  expect(people).toMatchObject({
    total: 3,
    organisations: 2,
    services: [
      { service: 'irc', people: 2 },
      { service: 'slack', people: 2 },
    ],
  });
  expect(people.sites.map(({ site }) => site)).toEqual(['Boston', 'x', null]);
});

test('the timeline tells of leases, approvals and people, and not of steps on the way', () => {
  const event = (kind: string, data: Record<string, unknown>) => ({
    id: 1,
    at: new Date(0),
    kind,
    environment: kind.startsWith('lease') || kind.startsWith('approval') ? 'ex' : null,
    run: null,
    person: 'ann',
    data,
  });
  const told = happenings([
    event('lease.claimed', { environment: 'ex', person: 'ann', reason: 'trying OVN', until: '…' }),
    event('lease.taken-over', { environment: 'ex', person: 'bob', other: 'ann', reason: 'she went home' }),
    event('lease.warned', { environment: 'ex', person: 'bob' }),
    event('approval.started', { approval: 3, command: 'destroy ex' }),
    event('session.joined', { person: 'zoë', organisation: 'Acme', site: 'Boston' }),
    event('agenda.vote', { number: 1 }),
    event('something.new', {}),
  ]);
  expect(told.map(({ lane, text }) => `${lane}: ${text}`)).toEqual([
    'ex: ann claims it: trying OVN',
    'ex: bob takes it over from ann: she went home',
    'ex: approval 3 is given: destroy ex',
    'people: zoë joins (Acme, Boston)',
  ]);
});
