import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../engine/transport.ts';
import { createSshTransport } from '../../../engine/transports/ssh.ts';
import { collector, finished } from '../../contracts/transport/kit.ts';
import { describeIf } from '../../support/needs.ts';
import { needSshd, startSshd, type TestSshd } from '../../support/sshd.ts';

const sshd = await needSshd();

/** Following is stopped and begun anew while the node is still starting it: of two followers each would tell everything. */
describeIf(sshd)('tasks looked at again and again', () => {
  describe.each(['exec /bin/sh -s', 'exec bash --posix -s'])('by %s', (shell) => {
    let server: TestSshd;
    let connection: Connection;
    beforeAll(async () => {
      server = await startSshd();
      const transport = createSshTransport({ watchAfterMs: 1, lookAgainMs: 3, shell });
      connection = await transport.connect(server.endpoint, { timeoutMs: 10_000 });
    });
    afterAll(async () => {
      connection?.close();
      await server?.stop();
    });

    it('tell every line once', async () => {
      const script = 'for i in 1 2 3 4 5 6 7 8; do sleep 0.1; echo "line $i"; done';
      const lines = Array.from({ length: 8 }, (_, i) => `line ${i + 1}\n`).join('');
      const told = await Promise.all(
        Array.from({ length: 12 }, async (_, i) => {
          const output = collector();
          const outcome = await connection.run({ id: `look-again-${i}`, script, env: {} }, 0, output.sink);
          return { outcome, text: output.text() };
        }),
      );
      expect(told).toEqual(told.map(() => ({ outcome: finished(0), text: lines })));
    });
  });
});
