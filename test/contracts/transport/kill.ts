import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { finished, type Kit, nowhere } from './kit.ts';

export function killPart(kit: Kit): void {
  const { connect, start, startAndHear, newId } = kit;

  describe('kill', () => {
    test('ends the whole tree, with what made sessions of its own', async () => {
      const connection = await connect();
      const script = `
        (setsid sh -c 'sleep 901 & sleep 902' &)
        setsid setsid sleep 903 &
        env -i /bin/sleep 904 &
        sh -c 'trap "" TERM; echo up; while :; do sleep 1; done' &
        wait`;
      const { id, output, outcome } = start(connection, script);
      await until(() => output.text() === 'up\n', { what: 'the tree to stand' });
      const began = performance.now();
      expect(await connection.kill(id, 300)).toEqual([]);
      expect(performance.now() - began).toBeLessThan(3000);
      expect(await outcome).toMatchObject({ state: 'finished', exitCode: expect.any(Number) });
      const left = execFileSync('ps', ['-eo', 'stat=,args='], { encoding: 'utf8' }).split('\n');
      expect(left.filter((line) => /^[^Z].* sleep 90[1-4]$/.test(line))).toEqual([]);
    });

    test('ends what is left alone of its session, without parent and mark, and does not listen to TERM', async () => {
      const connection = await connect();
      const pid = kit.path();
      const stray = 'trap "" TERM; echo $$ >"$1"; while :; do /bin/sleep 1; done';
      const { id, outcome } = start(
        connection,
        `(env -i /bin/sh -c '${stray}' sh "$PID_FILE" &); sleep 300`,
        {
          env: { PID_FILE: pid },
        },
      );
      const written = await until(async () => (await readFile(pid, 'utf8').catch(() => '')).trim(), {
        what: 'the stray to be there',
      });
      expect(await connection.kill(id, 1000)).toEqual([]);
      expect((await outcome).state).toBe('finished');
      const stat = await readFile(`/proc/${written}/stat`, 'utf8').catch(() => 'gone');
      expect(stat).toMatch(/^gone$|\) Z /);
    });

    test('lets a task that listens to TERM end by itself', async () => {
      const connection = await connect();
      const { id, output, outcome } = start(
        connection,
        'trap "echo bye; exit 9" TERM; echo up; sleep 300 & wait',
      );
      await until(() => output.text() === 'up\n', { what: 'the trap to be set' });
      expect(await connection.kill(id, 5000)).toEqual([]);
      expect(await outcome).toEqual(finished(9));
      expect(output.text()).toBe('up\nbye\n');
    });

    test('meets a task that has just been sent, however far it has come', async () => {
      const connection = await connect();
      for (let i = 0; i < 12; i++) {
        const marker = `9${String(Date.now()).slice(-6)}${i}`;
        const { id, outcome } = start(connection, `sleep ${marker}`);
        if (i % 3 > 0) await new Promise((resolve) => setImmediate(resolve));
        // On a busy machine what was killed may be told as left: it takes a moment to go.
        const ended = async () => (await connection.kill(id, 0)).length === 0;
        await until(ended, { what: 'the task to be gone' });
        expect((await outcome).state).toMatch(/^(absent|finished)$/);
        const all = execFileSync('ps', ['-eo', 'stat=,args='], { encoding: 'utf8' }).split('\n');
        expect(all.filter((line) => !line.startsWith('Z') && line.endsWith(`sleep ${marker}`))).toEqual([]);
      }
    });

    test('spares other tasks, and has nothing to do for one that is over', async () => {
      const connection = await connect();
      const id = newId();
      const other = await startAndHear(connection, 'sleep 300', { id: `${id}0` });
      const victim = await startAndHear(connection, 'sleep 300', { id });
      expect(await connection.kill(id, 1000)).toEqual([]);
      expect(await victim.outcome).toEqual(finished(143));
      expect(await connection.kill(id, 1000)).toEqual([]);
      const race = Promise.race([other.outcome, connection.follow(newId(), 0, nowhere)]);
      expect(await race).toEqual({ state: 'absent' });
      expect(await connection.kill(other.id, 0)).toEqual([]);
    });
  });
}
