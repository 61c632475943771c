import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFairGate } from '../../engine/fair-gate.ts';

/** A job that ends when it is told to. */
function job(name: string, begun: string[]) {
  const { promise, resolve } = deferred();
  return {
    name,
    end: resolve,
    run: () => {
      begun.push(name);
      return promise;
    },
  };
}

function deferred() {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

const turns = () => new Promise((resolve) => setImmediate(resolve));

describe('the fair gate', () => {
  it('serves a key with few jobs before the rest of one with many', async () => {
    const gate = createFairGate<number>(1);
    const begun: string[] = [];
    const jobs = ['a1', 'a2', 'a3', 'b1'].map((name) => job(name, begun));
    const all = jobs.map((one) => gate.pass(one.name.charCodeAt(0), one.run));
    for (const name of ['a1', 'a2', 'b1', 'a3']) {
      await turns();
      expect(begun.at(-1)).toBe(name);
      jobs.find((one) => one.name === name)?.end();
    }
    await Promise.all(all);
  });

  it('goes on after a job that rejects', async () => {
    const gate = createFairGate<number>(1);
    await expect(gate.pass(1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(gate.pass(1, () => Promise.resolve('yes'))).resolves.toBe('yes');
  });

  it('runs every job once and never more at a time than it lets in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(4), { maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        async (keys, limit) => {
          const gate = createFairGate<number>(limit);
          let inside = 0;
          let most = 0;
          let count = 0;
          await Promise.all(
            keys.map((key) =>
              gate.pass(key, async () => {
                inside += 1;
                most = Math.max(most, inside);
                await turns();
                inside -= 1;
                count += 1;
              }),
            ),
          );
          expect(count).toBe(keys.length);
          expect(most).toBe(Math.min(limit, keys.length));
        },
      ),
      { numRuns: 30 },
    );
  });
});
