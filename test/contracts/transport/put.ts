import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { hostileText } from './hostile.ts';
import { announced, type Kit, nowhere, pieces, sha256 } from './kit.ts';

export function putPart(kit: Kit): void {
  const { connect } = kit;

  /** What lies beside a file: nothing of ours may be left there. */
  const beside = async (path: string) =>
    (await readdir(dirname(path))).filter((name) => name.startsWith('.'));

  describe('put', () => {
    const connected = kit.shareConnection();
    test('writes a file with its content and permissions, and replaces an older one', async () => {
      const connection = await connected();
      const path = kit.path();
      for (const [text, mode] of [
        ['first\0\xff\n', 0o600],
        ['', 0o755],
        ['second', 0o444],
        ['third', 0o644],
      ] as const) {
        const content = Buffer.from(text, 'latin1');
        await connection.put(announced(path, content, mode), pieces(content));
        expect((await readFile(path)).equals(content)).toBe(true);
        expect((await stat(path)).mode & 0o7777).toBe(mode);
      }
      expect(await beside(path)).toEqual([]);
    });

    test('quotes paths of any shape', async () => {
      const connection = await connected();
      const folder = kit.path();
      await mkdir(folder);
      await fc.assert(
        fc.asyncProperty(hostileText(), async (text) => {
          const name = Buffer.from(text.replaceAll('/', '-'))
            .subarray(0, 200)
            .toString('utf8')
            .replaceAll('�', '');
          const path = join(folder, `x${name}y`);
          const content = Buffer.from(name);
          await connection.put(announced(path, content), pieces(content));
          expect((await readFile(path)).equals(content)).toBe(true);
        }),
        { numRuns: 25 },
      );
      expect((await readdir(folder)).filter((name) => !name.startsWith('x'))).toEqual([]);
    });

    test('whose content is not what was announced leaves the older file, and nothing else', async () => {
      const connection = await connected();
      const path = kit.path();
      await writeFile(path, 'older');
      const content = Buffer.from('newer');
      const bad = { fault: 'refused', message: expect.stringContaining(path) };
      const wrong = { ...announced(path, content), sha256: sha256(Buffer.from('other')) };
      await expect(connection.put(wrong, pieces(content))).rejects.toMatchObject(bad);
      await expect(
        connection.put({ ...announced(path, content), bytes: 6 }, pieces(content)),
      ).rejects.toMatchObject(bad);
      async function* failing() {
        yield content.subarray(1);
        throw new Error('the source is broken');
      }
      await expect(connection.put(announced(path, content), failing())).rejects.toThrow(
        'the source is broken',
      );
      await until(async () => (await beside(path)).length === 0, { what: 'what was half written to go' });
      expect(await readFile(path, 'utf8')).toBe('older');
    });

    test('that was begun before another has written the file does not arrive any more', async () => {
      const path = kit.path();
      const content = randomBytes(1_000);
      let goOn = () => {};
      const resumed = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      let taken = 0;
      async function* slowly() {
        taken += 1;
        yield content.subarray(0, 500);
        await resumed;
        yield content.subarray(500);
      }
      // As a bot does that was stopped in the middle, and whose run another one has taken over.
      const late = (await connect()).put(announced(path, content), slowly());
      late.catch(nowhere);
      await until(() => taken > 0, { what: 'the first one to begin' });
      await until(async () => (await beside(path)).length > 0, { what: 'half of the file to be there' });
      const other = await connect();
      await other.put(announced(path, content), pieces(content));
      expect(await beside(path)).toEqual([]);
      await writeFile(path, 'edited since');
      goOn();
      await expect(late).rejects.toMatchObject({ fault: 'refused', message: expect.stringContaining(path) });
      expect(await readFile(path, 'utf8')).toBe('edited since');
      await other.put(announced(path, content), pieces(content));
      expect((await readFile(path)).equals(content)).toBe(true);
    });

    test('says why it cannot be: no folder, or a folder in its place', async () => {
      const connection = await connected();
      const content = Buffer.from('x'.repeat(5_000_000));
      const missing = join(kit.path(), 'file');
      await expect(connection.put(announced(missing, content), pieces(content))).rejects.toMatchObject({
        fault: 'refused',
        message: expect.stringMatching(/ was not written: .*(nonexistent|no such)/i),
      });
      const folder = kit.path();
      await mkdir(folder);
      await symlink(folder, `${folder}-link`);
      for (const path of [folder, `${folder}-link`]) {
        await expect(connection.put(announced(path, content), pieces(content))).rejects.toMatchObject({
          fault: 'refused',
          message: expect.stringContaining('is a folder'),
        });
      }
      expect(await readdir(folder)).toEqual([]);
    });

    test('cut off in the middle leaves the older file, and may simply be done again', async () => {
      const content = randomBytes(3_000_000);
      const path = kit.path();
      await writeFile(path, 'older');
      let sent = 0;
      async function* cutInTheMiddle() {
        for await (const piece of pieces(content)) {
          sent += piece.length;
          if (sent > content.length / 2) kit.proxy.cut();
          yield piece;
        }
      }
      const connection = await connect(kit.proxy.port);
      await expect(connection.put(announced(path, content), cutInTheMiddle())).rejects.toMatchObject({
        fault: 'lost',
      });
      await until(async () => (await beside(path)).length === 0, { what: 'what was half written to go' });
      expect(await readFile(path, 'utf8')).toBe('older');
      await (await connect()).put(announced(path, content), pieces(content));
      expect(sha256(await readFile(path))).toBe(sha256(content));
    });
  });
}
