import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RemoteOutcome } from '../../../engine/transport.ts';
import { until } from '../../support/until.ts';
import { collector, finished, type Kit, nowhere } from './kit.ts';

const UNTIL_GO = 'while ! [ -e "$GO" ]; do sleep 0.05; done';

export function breaksPart(kit: Kit): void {
  const { connect, run, newId, startAndHear } = kit;

  describe('a connection that breaks', () => {
    const lines = 3000;
    const script = `i=0; while [ $i -lt ${lines} ]; do echo "line $i of the output"; i=$((i+1)); done; echo ran >>"$FILE"; exit 4`;
    const expected = Array.from({ length: lines }, (_, i) => `line ${i} of the output\n`).join('');

    test('misses and doubles no byte, and runs nothing twice, wherever it is cut', async () => {
      const { proxy } = kit;
      const seed = Number(process.env.TEST_SEED ?? 20_261_123);
      let cuts = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 90_000 }),
          fc.integer({ min: 1, max: 30_000 }),
          async (first, step) => {
            const file = kit.path();
            const output = collector();
            const task = { id: newId(), script, env: { FILE: file } };
            let outcome: RemoteOutcome | undefined;
            for (let round = 0; outcome === undefined; round++) {
              if (round < 8) proxy.cutAfter(round === 0 ? first : step + round * 4000);
              try {
                const connection = await connect(proxy.port);
                outcome = await connection.run(task, output.length(), output.from(output.length()));
                connection.close();
              } catch (error) {
                cuts++;
                expect(error).toMatchObject({ fault: expect.stringMatching(/^(lost|unreachable)$/) });
              }
            }
            proxy.cutAfter(Number.POSITIVE_INFINITY);
            expect(outcome).toEqual(finished(4));
            expect(output.text()).toBe(expected);
            expect(await readFile(file, 'utf8')).toBe('ran\n');
          },
        ),
        { numRuns: 12, seed },
      );
      expect(cuts).toBeGreaterThan(10);
    });

    test('says lost; the task goes on', async () => {
      const connection = await connect(kit.proxy.port);
      const go = kit.path();
      const { id, output, outcome } = await startAndHear(connection, `${UNTIL_GO}; echo end`, {
        env: { GO: go },
      });
      kit.proxy.cut();
      await expect(outcome).rejects.toMatchObject({ fault: 'lost' });
      await expect(connection.run({ id: newId(), script: ':', env: {} }, 0, nowhere)).rejects.toMatchObject({
        fault: 'lost',
      });
      const again = await connect();
      const rest = again.follow(id, 3, output.from(3));
      await writeFile(go, '');
      expect(await rest).toEqual(finished(0));
      expect(output.text()).toBe('on\nend\n');
    });

    test('before the task has said anything loses none of it', async () => {
      const connection = await connect(kit.proxy.port);
      const [begun, go] = [kit.path(), kit.path()];
      const task = {
        id: newId(),
        script: `: >"$BEGUN"; ${UNTIL_GO}; echo all of it`,
        env: { BEGUN: begun, GO: go },
      };
      const lost = connection.run(task, 0, nowhere);
      lost.catch(nowhere);
      await until(() => existsSync(begun), { what: 'the task to begin' });
      kit.proxy.cut();
      await expect(lost).rejects.toMatchObject({ fault: 'lost' });
      await writeFile(go, '');
      const output = collector();
      expect(await (await connect()).run(task, 0, output.sink)).toEqual(finished(0));
      expect(output.text()).toBe('all of it\n');
    });

    test('because the server was killed and started again', async () => {
      const go = kit.path();
      const task = await startAndHear(await connect(), `${UNTIL_GO}; exit 6`, { env: { GO: go } });
      await kit.world.killServer();
      await expect(task.outcome).rejects.toMatchObject({ fault: 'lost' });
      await writeFile(go, '');
      await expect(connect()).rejects.toMatchObject({ fault: 'unreachable', message: /connection refused/ });
      await kit.world.startServer();
      expect(await (await connect()).follow(task.id, 3, task.output.from(3))).toEqual(finished(6));
      expect(task.output.text()).toBe('on\n');
    });
  });

  describe('unknown', () => {
    const recordOf = async (id: string) => {
      const text = await readFile(kit.recordOf(id), 'latin1');
      const [plus, pid, boot, nonce] = text.split(/\s+/);
      if (plus !== '+' || !pid || !boot || !nonce) throw new Error(`not a record: ${text}`);
      return { text, pid: Number(pid), boot };
    };

    test('when the node has rebooted under the task', async () => {
      const connection = await connect();
      const { id, outcome } = await startAndHear(connection, 'sleep 300');
      connection.close();
      await expect(outcome).rejects.toMatchObject({ fault: 'lost' });
      const { text, boot } = await recordOf(id);
      await writeFile(kit.recordOf(id), text.replace(boot, boot.replaceAll(/[0-9]/g, '0')), 'latin1');
      const rest = collector();
      const unknown = { state: 'unknown', why: expect.stringContaining('rebooted') };
      expect(await (await connect()).follow(id, 0, rest.sink)).toMatchObject(unknown);
      expect(rest.text()).toBe('on\n');
      const rerun = await (await connect()).run({ id, script: 'echo twice', env: {} }, 3, nowhere);
      expect(rerun).toMatchObject(unknown);
    });

    test('when its supervisor was killed, heard by who follows', async () => {
      const { id, output, outcome } = await startAndHear(await connect(), 'sleep 300');
      process.kill((await recordOf(id)).pid, 'SIGKILL');
      expect(await outcome).toMatchObject({ state: 'unknown', why: /supervisor was killed/ });
      expect(output.text()).toBe('on\n');
    });

    test('when it was cut off between preparing and starting', async () => {
      const connection = await connect();
      const { id } = await run(connection, ':');
      await writeFile(kit.recordOf(id), `${' '.repeat(127)}\n`);
      expect(await connection.follow(id, 0, nowhere)).toMatchObject({ state: 'unknown', why: /prepared/ });
      await rm(kit.recordOf(id));
    });
  });
}
