import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../../engine/transport.ts';
import { createSshTransport } from '../../../engine/transports/ssh.ts';
import { needSshd, startSshd, type TestSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

const need = await needSshd();

describe.skipIf(!need.ok)('a node that gives a connection few channels', () => {
  let sshd: TestSshd;
  let connection: Connection;
  afterEach(async () => {
    connection?.close();
    await sshd?.stop();
  });

  const begun = async (id: string) => {
    let text = '';
    const outcome = connection.run({ id, script: 'echo up; sleep 300', env: {} }, 0, (chunk) => {
      text += chunk.toString('utf8');
    });
    outcome.catch(() => {});
    await until(() => text === 'up\n', { what: `${id} to begin` });
    return { outcome };
  };

  test.each([1, 2, 4])(
    'of %i, all of which follow tasks, ends one at once, and takes in a file',
    async (channels) => {
      sshd = await startSshd({ config: [`MaxSessions ${channels}`] });
      const transport = createSshTransport({ watchAfterMs: 20 });
      connection = await transport.connect(sshd.endpoint, { timeoutMs: 10_000 });
      const ids = Array.from({ length: channels }, (_, i) => `t${i}`);
      const [first] = await Promise.all(ids.map(begun));
      const content = Buffer.from('told');
      const path = join(sshd.home, 'file');
      const sha256 = createHash('sha256').update(content).digest('hex');
      const bytes = content.length;
      const written = connection.put({ path, mode: 0o600, bytes, sha256 }, once(content));
      expect(await connection.kill('t0', 2_000)).toEqual([]);
      expect(await first?.outcome).toMatchObject({ state: 'finished' });
      await written;
      expect(await readFile(path, 'utf8')).toBe('told');
      for (const id of ids) expect(await connection.kill(id, 0)).toEqual([]);
    },
  );

  async function* once(content: Buffer) {
    yield content;
  }
});
