import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostileBytes, hostileText, variableName } from './hostile.ts';
import { finished, type Kit, sha256 } from './kit.ts';

export function dataPart(kit: Kit): void {
  const { run } = kit;

  describe('data', () => {
    const connected = kit.shareConnection();
    test('5 MB of random bytes come through exactly', async () => {
      const bytes = randomBytes(5 << 20);
      const file = kit.path();
      await writeFile(file, bytes);
      const { output, outcome } = await run(await connected(), 'cat "$FILE"', { FILE: file });
      expect(outcome).toEqual(finished(0));
      expect(sha256(output.bytes())).toBe(sha256(bytes));
    });

    test('a few bytes of any kind come through exactly, from any offset', async () => {
      const connection = await connected();
      const file = kit.path();
      await fc.assert(
        fc.asyncProperty(hostileBytes(), fc.nat({ max: 40 }), async (bytes, offset) => {
          await writeFile(file, bytes);
          const heard: Buffer[] = [];
          const task = { id: kit.newId(), script: 'cat "$FILE"', env: { FILE: file } };
          const from = Math.min(offset, bytes.length);
          // Who reads on from somewhere has read so far before.
          if (from > 0) await connection.run(task, 0, () => {});
          expect(await connection.run(task, from, (chunk) => void heard.push(chunk))).toEqual(finished(0));
          expect(Buffer.concat(heard).toString('latin1')).toBe(bytes.subarray(from).toString('latin1'));
        }),
        { numRuns: 30 },
      );
    });

    test('environment values of any shape arrive as they are', async () => {
      const connection = await connected();
      await fc.assert(
        fc.asyncProperty(fc.dictionary(variableName(), hostileText(), { maxKeys: 6 }), async (env) => {
          const names = Object.keys(env);
          const script = names.map((name) => `printf '%s\\0' "$${name}"`).join('\n');
          const { output, outcome } = await run(connection, script, env);
          expect(outcome).toEqual(finished(0));
          expect(output.bytes().toString('utf8')).toBe(names.map((name) => `${env[name]}\0`).join(''));
        }),
        { numRuns: 20 },
      );
    });

    test('no variable of a task disturbs its supervisor', async () => {
      const connection = await connected();
      const names = [
        'IFS',
        'PATH',
        'HOME',
        'PS4',
        'LC_ALL',
        'ENV',
        'dd_root',
        'dd_code',
        'dd_setsid',
        'DEPLOYDAY_TASK',
      ];
      const env = Object.fromEntries(names.map((name) => [name, '0 1/.x']));
      const { id, output, outcome } = await run(connection, 'echo "$dd_root$DEPLOYDAY_TASK"; exit 10', env);
      expect(outcome).toEqual(finished(10));
      expect(output.text()).toBe(`0 1/.x${id}\n`);
      expect((await run(connection, 'echo "$HOME"')).output.text()).not.toBe('0 1/.x\n');
    });

    test('scripts of any shape arrive as they are', async () => {
      const connection = await connected();
      await fc.assert(
        fc.asyncProperty(hostileText(), async (text) => {
          const { output } = await run(connection, `#!/usr/bin/tail -n+2\n${text}`);
          expect(output.bytes().toString('utf8')).toBe(text);
        }),
        { numRuns: 20 },
      );
    });

    test('100 kB values and 1 MB scripts', async () => {
      const connection = await connected();
      const value = `${'it\'s \n$(x) `y` \\ " '.repeat(6000)}ü`.slice(0, 100_000);
      const { output } = await run(connection, 'printf %s "$BIG"', { BIG: value });
      expect(output.text()).toBe(value);
      const long = await run(connection, `: ${"'x' ".repeat(250_000)}\necho end`);
      expect(long.output.text()).toBe('end\n');
    });
  });
}
