import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { board } from '../../pictures/board.ts';
import { gantt } from '../../pictures/gantt.ts';
import { toPng } from '../../pictures/png.ts';
import type { Picture } from '../../pictures/svg.ts';
import { timeline } from '../../pictures/timeline.ts';
import { at, BEGAN, largeRun, runOf, task } from './run.ts';

const NOW = BEGAN + 110_000;
const STATES = ['waiting', 'running', 'done', 'skipped', 'failed', 'broke', 'cancelled', 'unknown'];

/** What is left where there are no colours. */
function uncoloured({ svg }: Picture): string {
  return svg.replace(/#[0-9a-f]{6}/g, '').replace(/ class="[^"]*"/g, '');
}

/** Width and height in pixels, as the file says. */
function sizeOf(png: Buffer): [number, number] {
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

/** Without the words that say the state, too. */
function signsOf(picture: Picture): string {
  return [...picture.svg.matchAll(/<path [^>]*d="([^"]*)"/g)].map(([, path]) => path).join(' ');
}

describe('pictures of a run', () => {
  it('tell every state by its sign, not by its colour alone', () => {
    for (const draw of [board, (run: ReturnType<typeof runOf>) => gantt(run, NOW)]) {
      const signs = STATES.map((state) => signsOf(draw(runOf([task('a', 'n1', state)]))));
      expect(new Set(signs).size).toBe(STATES.length);
    }
  });

  it('say in words what they show', () => {
    const run = runOf([
      task('packages', 'n1', 'done', 0, 32),
      task('packages', 'n2', 'failed', 0, 40),
      task('keystone', 'n1', 'running', 41),
    ]);
    expect(gantt(run, NOW).alt).toBe(
      'Gantt of ex · provision · run 7 · running. 2 steps in 1 min 50 s: 1 failed, 1 running, 1 done. ' +
        'longest: the step keystone 1 min 09 s, the step packages 40 s. failed: the step packages on n2',
    );
    expect(board(run).alt).toBe(
      'Board of ex · provision · run 7 · running. 1 failed, 1 running, 1 done. failed: the step packages on n2',
    );
  });

  it('draw what runs up to now, and what has ended to its end', () => {
    const going = runOf([task('a', 'n1', 'running', 10)]);
    expect(gantt(going, NOW).svg).not.toBe(gantt(going, NOW + 60_000).svg);
    const over = runOf([task('a', 'n1', 'done', 10, 20)], { state: 'succeeded', endedAt: at(21) });
    expect(gantt(over, NOW).svg).toBe(gantt(over, NOW + 60_000).svg);
  });

  it('stay small at 500 nodes and 20 steps, and name who is in trouble', async () => {
    const run = largeRun();
    for (const picture of [gantt(run, NOW), board(run)]) {
      expect(picture.svg.length).toBeLessThan(100_000);
      expect(picture.height).toBeLessThan(1_500);
      expect(picture.alt.length).toBeLessThan(600);
      const png = await toPng(picture);
      expect(png.length).toBeLessThan(300_000);
      expect(sizeOf(png)).toEqual([1_440, Math.ceil(Math.ceil(picture.height) * 1.5)]);
    }
    expect(board(run).svg).toContain('compute-17 failed');
  });

  it('stay bounded whatever the run', () => {
    const many = runOf(Array.from({ length: 3_000 }, (_, n) => task(`s${n}`, `n${n % 5}`, 'done', n, n + 1)));
    for (const picture of [gantt(many, NOW), board(many)]) {
      expect(picture.height).toBeLessThan(2_500);
      expect(picture.svg).toContain('2940 more steps');
    }
    expect(gantt(runOf([]), NOW).svg).toContain('No tasks yet.');
  });
});

describe('the timeline of a session', () => {
  const entry = (seconds: number, lane: string, label: string, kind: string) => ({
    at: at(seconds),
    lane,
    label,
    kind,
  });

  it('has a row for each lane, in the order of their beginning, and the time of day', () => {
    const picture = timeline(
      {
        title: 'Essex day',
        entries: [
          entry(600, 'demo', 'verified', 'ready'),
          { ...entry(0, 'ex', 'provision', 'failed'), until: at(300) },
          entry(900, 'ex', 'reset to baseline', 'ready'),
        ],
      },
      NOW,
    );
    const texts = [...picture.svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
    expect(texts).toContain('10:06');
    expect(texts.filter((text) => ['ex', 'provision', 'demo', 'verified'].includes(text ?? ''))).toEqual([
      'ex',
      'provision',
      'demo',
      'verified',
    ]);
    expect(picture.alt).toBe(
      'Timeline of Essex day. 3 events in 2 rows over 15 min; the last: 10:00 UTC ex: provision; ' +
        '10:10 UTC demo: verified; 10:15 UTC ex: reset to baseline',
    );
  });

  it('covers no label with another, as long as there is room for words', () => {
    const entries = Array.from({ length: 12 }, (_, n) =>
      entry(n * 30, 'ex', `something long that happened ${n}`, 'note'),
    );
    const { svg } = timeline({ title: 'x', entries }, NOW);
    const boxes = [
      ...svg.matchAll(/<text class="ink" x="([\d.]+)" y="([\d.]+)"[^>]*font-size="11"[^>]*>([^<]+)</g),
    ];
    expect(boxes.length).toBeGreaterThan(4);
    for (const line of new Set(boxes.map(([, , y]) => y))) {
      const starts = boxes
        .flatMap(([, x, y]) => (y === line ? [Number(x)] : []))
        .sort((one, other) => one - other);
      for (const [index, x] of starts.slice(1).entries())
        expect(x - (starts[index] ?? 0)).toBeGreaterThan(150);
    }
  });

  it('stays bounded, and is there for an empty session', () => {
    const entries = Array.from({ length: 20_000 }, (_, n) =>
      entry(n, `lane ${n % 50}`, 'x'.repeat(400), 'failed'),
    );
    const picture = timeline({ title: 'flood', entries }, NOW);
    expect(picture.height).toBeLessThan(2_400);
    expect(picture.svg.length).toBeLessThan(1_500_000);
    expect(timeline({ title: 'x', entries: [] }, NOW).svg).toContain('Nothing has happened yet.');
  });
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom(
    '</svg><script>alert(1)</script>',
    '"><image href="http://x/"/>',
    '&amp;&#0;',
    '\ud800',
    '\u202egnp',
    '漢字かな',
  ),
);

it('whatever the texts: a document that can be drawn, with no element but ours', async () => {
  await fc.assert(
    fc.asyncProperty(anyText, anyText, fc.constantFrom(...STATES), async (one, other, state) => {
      const run = runOf([{ ...task('a', one, state, 1, 2), title: other }], { environment: one });
      const entries = [{ at: at(0), lane: one, label: other, kind: one }];
      for (const picture of [gantt(run, NOW), board(run), timeline({ title: other, entries }, NOW)]) {
        const elements = new Set([...picture.svg.matchAll(/<([a-z]+)/gi)].map(([, name]) => name));
        expect([...elements].filter((name) => !OURS.includes(name ?? ''))).toEqual([]);
        sizeOf(await toPng(picture));
      }
    }),
    { numRuns: 8 },
  );
});
const OURS = ['svg', 'rect', 'text', 'path', 'line', 'g', 'title'];

it('draws letters with the font that comes along: nothing of the machine is needed', async () => {
  const empty = await toPng(gantt(runOf([task('a', 'n1', 'done', 0, 1)], { environment: '' }), NOW));
  const named = await toPng(gantt(runOf([task('a', 'n1', 'done', 0, 1)], { environment: 'WWWWWWWW' }), NOW));
  expect(named.length).toBeGreaterThan(empty.length + 200);
});

it('is the same without colours only where it shows the same', () => {
  const failed = gantt(runOf([task('a', 'n1', 'failed', 0, 1)]), NOW);
  const done = gantt(runOf([task('a', 'n1', 'done', 0, 1)]), NOW);
  expect(uncoloured(failed)).not.toBe(uncoloured(done));
});
