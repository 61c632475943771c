import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attemptsOf } from '../../sessions/report/attempts.ts';
import { html, md } from '../../sessions/report/escape.ts';
import { asHtml } from '../../sessions/report/html.ts';
import { makeReport } from '../../sessions/report/make.ts';
import { asMarkdown } from '../../sessions/report/markdown.ts';
import { happenings } from '../../sessions/report/timeline.ts';
import { median, openDifferences, workDone } from '../../sessions/report/work.ts';
import { facts, run, turn } from './facts.ts';

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
      expect(page.match(/<h2>/g)?.length).toBe(14);
      const document = asMarkdown(report);
      expect(document.match(/^#+ /gm)).toHaveLength(15);
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
    expect(workDone(attemptsOf({ runs, turns: [] }))).toEqual([
      {
        kind: 'provision',
        runs: 5,
        attempts: 5,
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

  test('a promote closes a difference, and a verify that a schedule asked for opens one, failed or not', () => {
    const environments = facts({ text: '' }).environments;
    const look = (id: number, state: string, differences: number) =>
      run({ id, kind: 'verify', state, took: 1, differences });
    const snapshot = (id: number, state: string, name: string) => ({
      ...run({ id, kind: 'snapshot', state, took: 1 }),
      detail: { snapshot: name },
    });
    const open = (...runs: ReturnType<typeof run>[]) =>
      openDifferences({ environments, runs }).map((one) => [one.run, one.differences, one.stale]);
    const drifted = look(10, 'failed', 2);
    expect(open(drifted)).toEqual([[10, 2, false]]);
    expect(open(drifted, look(11, 'succeeded', 1))).toEqual([[11, 1, false]]);
    expect(open(drifted, look(11, 'succeeded', 0))).toEqual([]);
    expect(open(drifted, run({ id: 11, kind: 'verify', state: 'succeeded', took: 1 }))).toEqual([
      [10, 2, false],
    ]);
    expect(open(drifted, snapshot(11, 'succeeded', 'baseline'))).toEqual([]);
    expect(open(drifted, snapshot(11, 'failed', 'baseline'))).toEqual([[10, 2, false]]);
    expect(open(drifted, snapshot(11, 'succeeded', 'before-lunch'))).toEqual([[10, 2, false]]);
  });

  test('a failure is mended by a later success of the same kind', () => {
    const given = facts({ text: '' });
    const { failures } = makeReport({
      ...given,
      turns: [],
      runs: [
        run({ id: 1, kind: 'provision', state: 'failed', took: 1 }),
        run({ id: 2, kind: 'verify', state: 'failed', took: 1 }),
        run({ id: 3, kind: 'provision', state: 'succeeded', took: 1 }),
        { ...run({ id: 4, kind: 'exec', state: 'failed', took: 1 }), command: 'run ex -- false' },
        { ...run({ id: 5, kind: 'exec', state: 'succeeded', took: 1 }), command: 'run ex -- true' },
      ],
    });
    expect(failures.map(({ run, mended }) => [run, mended])).toEqual([
      [1, true],
      [2, false],
      [4, false],
    ]);
  });
});

test('what a verify found wrong is mended by a repair that succeeds, what a provision could not do is not', () => {
  const { failures, work } = makeReport({
    ...facts({ text: '' }),
    turns: [],
    runs: [
      run({ id: 1, kind: 'provision', state: 'failed', took: 1 }),
      run({ id: 2, kind: 'verify', state: 'failed', took: 1 }),
      run({ id: 3, kind: 'repair', state: 'failed', took: 1 }),
      run({ id: 4, kind: 'repair', state: 'succeeded', took: 1 }),
      run({ id: 5, kind: 'verify', state: 'failed', took: 1 }),
    ],
  });
  expect(failures.map(({ run, mended }) => [run, mended])).toEqual([
    [1, false],
    [2, true],
    [3, true],
    [5, false],
  ]);
  expect(work.map(({ kind, runs }) => [kind, runs])).toContainEqual(['repair', 2]);
});

test('a run that failed and was retried with success is a failure, with its cause, and a success', () => {
  const provision = {
    ...run({ id: 1, kind: 'provision', state: 'succeeded', took: 300 }),
    summary: 'in 60 s',
  };
  const report = makeReport({
    ...facts({ text: 'x' }),
    runs: [provision, run({ id: 2, kind: 'reset', state: 'running', took: null })],
    turns: [
      turn({
        run: 1,
        second: 90,
        state: 'failed',
        where: 'keystone@controller',
        summary: 'keystone: exit 1',
      }),
      turn({ run: 1, second: 120, by: 'bob' }),
      turn({ run: 1, second: 125, state: 'broke', summary: 'no answer' }),
      turn({ run: 1, second: 300, by: 'cy' }),
      turn({ run: 1, second: 360, state: 'succeeded', summary: 'in 60 s' }),
      turn({ run: 2, second: 130, state: 'failed', summary: 'no disk' }),
      turn({ run: 2, second: 150, by: 'ann' }),
    ],
  });
  expect(report.work).toMatchObject([
    {
      kind: 'provision',
      runs: 1,
      attempts: 3,
      succeeded: 1,
      failed: 1,
      broke: 1,
      rate: 1 / 3,
      medianMs: 60_000,
    },
    { kind: 'reset', runs: 1, attempts: 2, failed: 1, going: 1, rate: 0 },
  ]);
  expect(report.failures).toMatchObject([
    { attempt: 1, where: 'keystone@controller', retried: { by: 'bob', state: 'broke' }, mended: true },
    { attempt: 2, where: null, retried: { by: 'cy', state: 'succeeded' }, mended: true },
    { run: 2, attempt: 1, retried: { by: 'ann', state: 'running' }, mended: false },
  ]);
  const document = asMarkdown(report);
  expect(document).toContain(
    'ex provision failed at step keystone on controller (run 1): keystone: exit 1 · retried by bob: broke; a later provision succeeded',
  );
  expect(document).toContain('ex provision broke (run 1): no answer · retried by cy: succeeded\n');
  expect(document).toContain('| provision | 1 (3 tries) | 33 % |');
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

test('people of one name are told apart by where they have their accounts', () => {
  const given = facts({ text: 'x' });
  const [first] = given.people;
  if (!first) throw new Error('nobody is there');
  const person = (id: number, ...identities: string[]) => ({ ...first, id, name: 'ann', identities });
  const names = (...people: (typeof first)[]) =>
    makeReport({ ...given, people }).people.sites.flatMap(({ organisations }) =>
      organisations.flatMap((each) => each.names),
    );
  expect(names(person(1, 'irc:lab/ann'), person(2, 'slack:T1/U1', 'discord:7'))).toEqual([
    'ann (on irc)',
    'ann (on slack and discord)',
  ]);
  expect(names(person(1, 'irc:lab/ann'), person(2, 'irc:oftc/ann'))).toEqual([
    'ann (irc:lab/ann)',
    'ann (irc:oftc/ann)',
  ]);
  expect(
    asMarkdown(makeReport({ ...given, people: [{ ...first, site: null, organisation: null }] })),
  ).toContain('| site not said | organisation not said |');
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
    event('lease.gone', { environment: 'ex', person: 'bob, cy', waiting: 2 }),
    event('lease.ended', { environment: 'ex', person: 'ann' }),
    event('approval.stuck', { approval: 3, command: 'destroy ex', why: 'ex is held by bob' }),
    event('lease.warned', { environment: 'ex', person: 'bob' }),
    event('approval.started', { approval: 3, command: 'destroy ex' }),
    event('lease.extended', { environment: 'ex', person: 'bob', until: '2026-03-08T12:30:00.000Z' }),
    event('lease.extended', { environment: 'ex', person: 'bob', byWork: true }),
    event('lease.handoff-offered', { environment: 'ex', person: 'bob', other: 'cy' }),
    event('run.retried', { environment: 'ex', command: 'provision ex', by: 'ann' }),
    event('run.cancel-requested', { environment: 'ex', command: 'verify ex' }),
    event('task.resolved', { environment: 'ex', task: 'install@n1', answer: 'done' }),
    event('run.ended', { kind: 'snapshot', snapshot: 'baseline', state: 'succeeded', summary: 'in 1 s' }),
    event('schedule.set', { environment: 'ex', every: '30 min' }),
    event('schedule.ended', { environment: 'ex' }),
    event('announcement', { text: 'lunch is there' }),
    event('session.joined', { person: 'zoë', organisation: 'Acme', site: 'Boston' }),
    event('agenda.vote', { number: 1 }),
    event('something.new', {}),
  ]);
  expect(told.map(({ lane, text }) => `${lane}: ${text}`)).toEqual([
    'ex: ann claims it: trying OVN',
    'ex: bob takes it over from ann: she went home',
    'ex: it is destroyed: nobody waits for it any more (bob, cy)',
    'ex: it is destroyed: ann holds it no more',
    'ex: approval 3 cannot begin: ex is held by bob',
    'ex: approval 3 is used: destroy ex',
    'ex: bob extends it until 12:30 UTC',
    'ex: bob offers it to cy',
    'ex: ann retries: provision ex',
    'ex: ann cancels: verify ex',
    'ex: ann says what became of install@n1: done',
    'session: promote succeeded: in 1 s',
    'ex: ann has it verified every 30 min',
    'ex: ann ends its schedule',
    'session: ann announces: lunch is there',
    'people: zoë joins (Acme, Boston)',
  ]);
});

test('who holds what is told while somebody holds something, and not when the day is over', () => {
  const environment = {
    ...{ id: 1, name: 'ex', blueprint: 'hello', pool: 'lab', state: 'ready' },
    ...{ createdAt: new Date(0), destroyedAt: null },
  };
  const holder = { person: 'bob', reason: null, until: new Date(0) };
  const shown = (of: typeof holder | null) => {
    const made = makeReport({ ...facts({ text: 'x' }), environments: [{ ...environment, holder: of }] });
    return [asMarkdown(made), asHtml(made)];
  };
  for (const text of shown(holder)) expect(text).toMatch(/held by/i);
  for (const text of shown(null)) expect(text).not.toMatch(/held by/i);
});
