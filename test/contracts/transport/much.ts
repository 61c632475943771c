import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { CAP, finished, type Kit } from './kit.ts';

export function muchPart(kit: Kit): void {
  const { connect, newId } = kit;

  describe('much output', () => {
    test('is capped at 64 MiB with a marker, never stalls the task, and waits for a slow sink', async () => {
      const connection = await connect();
      let bytes = 0;
      let end = Buffer.alloc(0);
      let sinking = 0;
      const outcome = await connection.run(
        { id: newId(), script: 'head -c 200000000 /dev/zero; echo done; exit 3', env: {} },
        0,
        async (chunk, offset) => {
          expect(++sinking).toBe(1);
          expect(offset).toBe(bytes);
          bytes += chunk.length;
          end = Buffer.concat([end, chunk]).subarray(-200);
          await new Promise(setImmediate);
          sinking--;
        },
      );
      expect(outcome).toEqual(finished(3));
      const marker = '\n[deployday] output beyond 64 MiB was dropped\n';
      expect(end.toString('latin1')).toMatch(/\n\[deployday\] output beyond 64 MiB was dropped\n$/);
      // The node keeps its own words in the same file: a few hundred bytes more or less.
      expect(Math.abs(bytes - CAP - marker.length)).toBeLessThan(512);
    });

    test('10,000 lines from each of 20 tasks at once are all there', async () => {
      const lines = Array.from({ length: 10_000 }, (_, i) => `line ${i + 1} of much output\n`).join('');
      const script = 'i=0; while [ $i -lt 10000 ]; do i=$((i+1)); echo "line $i of much output"; done';
      const connections = await Promise.all(Array.from({ length: 4 }, () => connect()));
      const texts = await Promise.all(
        Array.from({ length: 20 }, async (_, i) => {
          const { output, outcome } = kit.start(connections[i % 4] as (typeof connections)[0], script);
          expect(await outcome).toEqual(finished(0));
          return output.text();
        }),
      );
      for (const text of texts) expect(text === lines).toBe(true);
    });

    test('nobody listens: the task still comes to its end', async () => {
      const connection = await connect();
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const mark = kit.path();
      const task = {
        id: newId(),
        script: 'head -c 30000000 /dev/zero; echo done >"$MARK"',
        env: { MARK: mark },
      };
      const outcome = connection.run(task, 0, () => held);
      await until(() => existsSync(mark), { what: 'the task to end', withinMs: 30_000 });
      release();
      expect(await outcome).toEqual(finished(0));
    });
  });
}
