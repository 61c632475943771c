import { execFileSync, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { finished, type Kit, nowhere } from './kit.ts';

export function killPart(kit: Kit): void {
  const { run, start, startAndHear, newId } = kit;

  describe('kill', () => {
    const connected = kit.shareConnection();
    test('ends the whole tree, with what made sessions of its own', async () => {
      const connection = await connected();
      const script = `
        (setsid sh -c 'sleep 901 & sleep 902' &)
        setsid setsid sleep 903 &
        env -i /bin/sleep 904 &
        sh -c 'trap "" TERM; echo up; while :; do sleep 1; done' &
        wait`;
      const { id, output, outcome } = start(connection, script);
      await until(() => output.text() === 'up\n', { what: 'the tree to stand' });
      const began = performance.now();
      expect(await connection.kill(id, 300)).toMatchObject({ left: [] });
      expect(performance.now() - began).toBeLessThan(3000);
      expect(await outcome).toMatchObject({ state: 'finished', exitCode: expect.any(Number) });
      const left = execFileSync('ps', ['-eo', 'stat=,args='], { encoding: 'utf8' }).split('\n');
      expect(left.filter((line) => /^[^Z].* sleep 90[1-4]$/.test(line))).toEqual([]);
    });

    test('ends what is left alone of its session, without parent and mark, and does not listen to TERM', async () => {
      const connection = await connected();
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
      expect(await connection.kill(id, 1000)).toMatchObject({ left: [] });
      expect((await outcome).state).toBe('finished');
      const stat = await readFile(`/proc/${written}/stat`, 'utf8').catch(() => 'gone');
      expect(stat).toMatch(/^gone$|\) Z /);
    });

    test('lets a task that listens to TERM end by itself', async () => {
      const connection = await connected();
      const { id, output, outcome } = start(
        connection,
        'trap "echo bye; exit 9" TERM; echo up; sleep 300 & wait',
      );
      await until(() => output.text() === 'up\n', { what: 'the trap to be set' });
      expect(await connection.kill(id, 5000)).toMatchObject({ left: [] });
      expect(await outcome).toEqual(finished(9));
      expect(output.text()).toBe('up\nbye\n');
    });

    test('meets a task that has just been sent, however far it has come', async () => {
      const connection = await connected();
      const meets = async (i: number) => {
        const marker = `9${String(Date.now()).slice(-6)}${i}`;
        const { id, outcome } = start(connection, `sleep ${marker}`);
        if (i % 3 > 0) await new Promise((resolve) => setImmediate(resolve));
        // On a busy machine what was killed may be told as left: it takes a moment to go.
        const ended = async () => (await connection.kill(id, 0)).left.length === 0;
        await until(ended, { what: 'the task to be gone' });
        expect((await outcome).state).toMatch(/^(absent|finished)$/);
        const all = execFileSync('ps', ['-eo', 'stat=,args='], { encoding: 'utf8' }).split('\n');
        expect(all.filter((line) => !line.startsWith('Z') && line.endsWith(`sleep ${marker}`))).toEqual([]);
      };
      // Three at a time, each of which finds its own among the others'.
      const everyThird = async (first: number) => {
        for (let i = first; i < 12; i += 3) await meets(i);
      };
      await Promise.all([0, 1, 2].map(everyThird));
    });

    test('says how one had ended by itself, and spares what that left going if it got done', async () => {
      const connection = await connected();
      const ended = async (exitCode: number) => {
        const file = kit.path();
        const script = 'sleep 300 & echo $! >"$PID_FILE"; exit "$CODE"';
        const { id, outcome } = await run(connection, script, { PID_FILE: file, CODE: String(exitCode) });
        expect(outcome).toEqual(finished(exitCode));
        return { id, daemon: Number(await readFile(file, 'utf8')) };
      };
      const [done, failed] = [await ended(0), await ended(3)];
      const sparing = await connection.kill(failed.id, 300, { spareEnded: true });
      expect(sparing).toEqual({ left: [], exitCode: 3, byItself: true });
      const forgotten = await ended(4);
      await connection.forget([forgotten.id]);
      const nothing = await connection.kill(forgotten.id, 300, { spareEnded: true });
      expect(nothing).toEqual({ left: [], exitCode: null, byItself: false });
      for (const { daemon } of [failed, forgotten]) expect(isAlive(daemon)).toBe(true);
      process.kill(forgotten.daemon, 'SIGKILL');
      for (const graceMs of [300, 0])
        expect(await connection.kill(done.id, graceMs)).toEqual({ left: [], exitCode: 0, byItself: true });
      expect(isAlive(done.daemon)).toBe(true);
      process.kill(done.daemon, 'SIGKILL');
      for (const graceMs of [300, 0])
        expect(await connection.kill(failed.id, graceMs)).toEqual({ left: [], exitCode: 3, byItself: true });
      await until(() => !isAlive(failed.daemon), { what: 'what a failed task has left to be gone' });
    });

    test('says of what it has ended that this was no end of its own, also when asked again', async () => {
      const connection = await connected();
      const polite = await startAndHear(connection, 'trap "exit 0" TERM; sleep 300 & wait');
      const victim = await startAndHear(connection, 'sleep 300');
      for (let times = 0; times < 2; times += 1) {
        expect(await connection.kill(polite.id, 5000)).toEqual({ left: [], exitCode: 0, byItself: false });
        const how = { spareEnded: times > 0 };
        expect(await connection.kill(victim.id, 0, how)).toEqual({
          left: [],
          exitCode: 137,
          byItself: false,
        });
      }
      expect(await connection.kill(newId(), 0)).toEqual({ left: [], exitCode: null, byItself: false });
    });

    test('ends what goes on of one whose supervisor is gone, also when it is to spare what has ended', async () => {
      const connection = await connected();
      const file = kit.path();
      const script = 'echo $$ >"$PID_FILE"; kill -KILL "$PPID"; sleep 300';
      const { id, outcome } = await run(connection, script, { PID_FILE: file });
      expect(outcome).toMatchObject({ state: 'unknown' });
      const pid = Number(await readFile(file, 'utf8'));
      expect(isAlive(pid)).toBe(true);
      expect(await connection.kill(id, 300, { spareEnded: true })).toEqual({
        left: [],
        exitCode: null,
        byItself: false,
      });
      expect(isAlive(pid)).toBe(false);
    });

    test('spares other tasks, and has nothing to do for one that is over', async () => {
      const connection = await connected();
      const id = newId();
      const other = await startAndHear(connection, 'sleep 300', { id: `${id}0` });
      const victim = await startAndHear(connection, 'sleep 300', { id });
      expect(await connection.kill(id, 1000)).toMatchObject({ left: [] });
      expect(await victim.outcome).toEqual(finished(143));
      expect(await connection.kill(id, 1000)).toMatchObject({ left: [] });
      const race = Promise.race([other.outcome, connection.follow(newId(), 0, nowhere)]);
      expect(await race).toEqual({ state: 'absent' });
      expect(await connection.kill(other.id, 0)).toMatchObject({ left: [] });
    });
  });
}

/** Zombies do not count: nobody may be there to collect them. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z\s]/.test(stdout);
}
