import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { announced, CAP, finished, type Kit, nowhere, pieces, sha256 } from './kit.ts';

/** What is our side's work alone, whatever shell and tools the node has. */
export function connectionPart(kit: Kit): void {
  const { connect, newId, startAndHear } = kit;

  describe('a connection', () => {
    test('refuses what cannot be passed on before anything runs', async () => {
      const connection = await connect();
      const task = (env: Record<string, string>, id = newId()) =>
        connection.run({ id, script: ':', env }, 0, nowhere);
      await expect(task({ A: 'a\0b' })).rejects.toThrow(/NUL/);
      await expect(task({ 'A B': '' })).rejects.toThrow(/name/);
      await expect(task({ A: 'x'.repeat(140_000) })).rejects.toThrow(/131072/);
      await expect(task({}, '../x')).rejects.toThrow(/not a task id/);
    });

    test('refuses to put what is no file before anything is sent', async () => {
      const connection = await connect();
      const good = announced(kit.path(), Buffer.from('x'));
      for (const [wrong, why] of [
        [{ path: basename(good.path) }, /absolute/],
        [{ path: '/a\0b' }, /NUL/],
        [{ mode: 0o10000 }, /permission/],
        [{ sha256: 'x' }, /SHA-256/],
        [{ bytes: -1 }, /length/],
      ] as const)
        await expect(connection.put({ ...good, ...wrong }, pieces(Buffer.from('x')))).rejects.toThrow(why);
    });

    test('that goes silent is noticed, and no more is taken from the source of a file until then', async () => {
      const task = await startAndHear(await connect(kit.proxy.port), 'sleep 300');
      const connection = await connect(kit.proxy.port);
      const piece = Buffer.alloc(1 << 16);
      const total = 3000;
      const hash = createHash('sha256');
      for (let i = 0; i < total; i++) hash.update(piece);
      let taken = 0;
      async function* endless() {
        for (; taken < total; taken++) yield piece;
      }
      const path = kit.path();
      const what = { path, mode: 0o600, bytes: total * piece.length, sha256: hash.digest('hex') };
      const writing = connection.put(what, endless());
      writing.catch(nowhere);
      await until(() => taken > 0, { what: 'the transfer to begin' });
      kit.proxy.stall();
      try {
        await expect(task.outcome).rejects.toMatchObject({ fault: 'lost' });
        await expect(writing).rejects.toMatchObject({ fault: 'lost' });
      } finally {
        kit.proxy.resume();
      }
      // No more than a few buffers hold.
      expect(taken).toBeLessThan(total);
    });

    test('takes 20 MB, several at once, and no more from the source than goes out', async () => {
      const connection = await connect();
      const content = randomBytes(20_000_000);
      let taken = 0;
      async function* counted() {
        for await (const piece of pieces(content, 1 << 16)) {
          taken += piece.length;
          yield piece;
        }
      }
      const paths = [kit.path(), kit.path(), kit.path()];
      await Promise.all(paths.map((path) => connection.put(announced(path, content), counted())));
      expect(taken).toBe(3 * content.length);
      for (const path of paths) expect(sha256(await readFile(path))).toBe(sha256(content));
    });

    test('has room for files and for an end beside as many tasks as there are', async () => {
      const connection = await connect();
      const tasks = Array.from({ length: 12 }, () => kit.start(connection, 'sleep 60'));
      const content = randomBytes(1_000);
      const paths = Array.from({ length: 12 }, () => kit.path());
      await Promise.all(paths.map((path) => connection.put(announced(path, content), pieces(content))));
      for (const path of paths) expect((await readFile(path)).equals(content)).toBe(true);
      for (const { id } of tasks) expect(await connection.kill(id, 2_000)).toMatchObject({ left: [] });
    });

    test('takes 1 GB of output from one task, and no memory for it', async () => {
      const connection = await connect();
      const before = process.memoryUsage().rss;
      let bytes = 0;
      let most = 0;
      const script = 'head -c 1000000000 /dev/zero';
      const outcome = await connection.run({ id: newId(), script, env: {} }, 0, async (chunk) => {
        bytes += chunk.length;
        most = Math.max(most, process.memoryUsage().rss);
        await new Promise(setImmediate);
      });
      expect(outcome).toEqual(finished(0));
      expect(bytes).toBeGreaterThanOrEqual(CAP);
      expect(most - before).toBeLessThan(150 << 20);
    });
  });
}
