import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Connection, HandshakeGate } from '../../../engine/transport.ts';
import { createSshTransport } from '../../../engine/transports/ssh.ts';
import { describeIf } from '../../support/needs.ts';
import { needSshd, startSshd, type TestSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

const need = await needSshd();

describeIf(need)('a node that gives a connection few channels', () => {
  let sshd: TestSshd;
  let connection: Connection;
  afterEach(async () => {
    connection?.close();
    await sshd?.stop();
  });

  const begun = async (id: string, first = '') => {
    let text = '';
    const outcome = connection.run({ id, script: `${first}echo up; sleep 300`, env: {} }, 0, (chunk) => {
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
      const [first] = await Promise.all(ids.map((id) => begun(id)));
      const content = Buffer.from('told');
      const path = join(sshd.home, 'file');
      const sha256 = createHash('sha256').update(content).digest('hex');
      const bytes = content.length;
      const written = connection.put({ path, mode: 0o600, bytes, sha256 }, once(content));
      expect(await connection.kill('t0', 2_000)).toMatchObject({ left: [] });
      expect(await first?.outcome).toMatchObject({ state: 'finished' });
      await written;
      expect(await readFile(path, 'utf8')).toBe('told');
      for (const id of ids) expect(await connection.kill(id, 0)).toMatchObject({ left: [] });
    },
  );

  test('one that does not listen holds up the end of no other', async () => {
    sshd = await startSshd({ config: ['MaxSessions 3'] });
    connection = await createSshTransport({ watchAfterMs: 20 }).connect(sshd.endpoint, { timeoutMs: 10_000 });
    const [deaf] = await Promise.all([begun('deaf', "trap '' TERM; "), begun('t1'), begun('t2')]);
    const ends: string[] = [];
    const patient = connection.kill('deaf', 60_000).then((killed) => {
      ends.push('deaf');
      return killed;
    });
    await Promise.all(['t1', 't2'].map((id) => connection.kill(id, 2_000).then(() => ends.push(id))));
    expect(ends.sort()).toEqual(['t1', 't2']);
    expect(await connection.kill('deaf', 0)).toMatchObject({ left: [] });
    expect(await patient).toMatchObject({ left: [] });
    expect(await deaf?.outcome).toMatchObject({ state: 'finished' });
  });

  test('is connected to once more by the same gate, for what waits to pass it as for others', async () => {
    sshd = await startSshd({ config: ['MaxSessions 1'] });
    const passed: string[] = [];
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const gate: HandshakeGate = async (which, handshake) => {
      passed.push(which);
      if (which === 'further') await opened;
      const result = await handshake();
      passed.push(`${which} done`);
      return result;
    };
    const transport = createSshTransport({ watchAfterMs: 20 });
    connection = await transport.connect(sshd.endpoint, { timeoutMs: 10_000, gate });
    expect(passed).toEqual(['first', 'first done']);
    await begun('t0');
    const killed = connection.kill('t0', 2_000);
    await until(() => passed.length > 2, { what: 'a further connection to be asked for' });
    expect(passed).toEqual(['first', 'first done', 'further']);
    open();
    expect(await killed).toMatchObject({ left: [] });
    expect(passed).toEqual(['first', 'first done', 'further', 'further done']);
  });

  async function* once(content: Buffer) {
    yield content;
  }
});
