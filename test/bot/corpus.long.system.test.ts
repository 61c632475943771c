import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../bot/config/package-root.ts';
import { destroyLab } from '../../engine/providers/lab/lab.ts';
import { describeIf, needHost } from '../support/needs.ts';
import { openWorld, type World } from '../support/world.ts';
import { ALONE, CORPUS, type CorpusChange } from './corpus/changes.ts';

const MINUTE = 60_000;
const cache = join(packageRoot(), '.cache', 'lab');
/** `each`: every change by itself, for the table in docs/measurements.md; otherwise all that go together at once. */
const EACH = process.env.CORPUS === 'each';

describeIf(needHost({ root: true }))('single changes, made for real on a node', () => {
  let world: World;
  beforeAll(async () => {
    const lab = { pool: 'lab', provider: 'lab', nodes: 2, cache, heavySlots: 2 } as const;
    const blueprints = [join(import.meta.dirname, 'corpus', 'blueprints')];
    world = await openWorld({ pools: [lab], blueprints });
    await world.ask('provision ex from corpus', /^ex ready in/, 5 * MINUTE);
  }, 15 * MINUTE);
  afterAll(async () => {
    if (!world) return;
    await world.app.stop();
    await destroyLab(join(world.config.data, 'lab'));
    await world.close();
  }, 3 * MINUTE);

  /** Makes the changes, compares with the baseline, and goes back to it. */
  async function found(changes: readonly CorpusChange[]): Promise<Difference[]> {
    for (const { change } of changes) {
      await world.ask(`run ex -- ${change.replaceAll('\n', '; ')}`, /^ex: command done on 1 node/, MINUTE);
    }
    await world.ask('diff ex', /^ex (differs from|does not differ from) baseline/, MINUTE);
    const { runs } = await api<{ runs: { id: number }[] }>('/api/runs?environment=ex&limit=1');
    const { differences } = await api<{ differences: Difference[] }>(`/api/runs/${runs[0]?.id}/differences`);
    await world.ask('reset ex', /^ex reset to baseline/, 3 * MINUTE);
    return differences;
  }
  const api = async <T>(path: string) => (await (await fetch(world.app.url + path)).json()) as T;

  const names = ({ topic, key }: CorpusChange, difference: Difference) =>
    difference.topic === topic && key.test(difference.key);
  const explains = (change: CorpusChange, difference: Difference) =>
    names(change, difference) || change.also?.test(`${difference.topic} ${difference.key}`);

  test(
    'nothing changed, nothing found',
    async () => {
      expect(await found([])).toEqual([]);
    },
    5 * MINUTE,
  );

  test.runIf(EACH).each(CORPUS)(
    '$kind',
    async (change) => {
      const differences = await found([change]);
      const named = differences.filter((difference) => names(change, difference));
      const surplus = differences.filter((difference) => !explains(change, difference));
      const rank = differences.findIndex((difference) => names(change, difference)) + 1;
      const told = `${change.kind}\t${named[0]?.topic} ${named[0]?.key}\t${rank} of ${differences.length}\t${surplus.map(({ topic, key }) => `${topic} ${key}`).join(', ')}\n`;
      if (process.env.CORPUS_TABLE) await appendFile(process.env.CORPUS_TABLE, told);
      expect(named, told).toHaveLength(1);
      expect(surplus).toEqual([]);
    },
    5 * MINUTE,
  );

  test.skipIf(EACH)(
    'many at once: each is found and named, and nothing else',
    async () => {
      const together = CORPUS.filter(({ kind }) => !ALONE.has(kind));
      const differences = await found(together);
      const missed = together.filter(
        (change) => !differences.some((difference) => names(change, difference)),
      );
      // The setting of a file that is gone is told by the file.
      expect(missed.map(({ kind }) => kind)).toEqual([]);
      const surplus = differences.filter(
        (difference) => !together.some((change) => explains(change, difference)),
      );
      expect(surplus).toEqual([]);
    },
    10 * MINUTE,
  );
});

interface Difference {
  readonly topic: string;
  readonly key: string;
}
