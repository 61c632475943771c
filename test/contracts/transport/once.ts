import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { collector, finished, type Kit, nowhere } from './kit.ts';

export function oncePart(kit: Kit): void {
  const { connect, run, start, newId } = kit;
  const absent = { state: 'absent' };

  describe('once only', () => {
    const connected = kit.shareConnection();
    test('the same id runs once, also when several start it at the same time', async () => {
      const [one, two] = [await connect(), await connect()];
      const file = kit.path();
      const options = { id: newId(), env: { FILE: file } };
      const script = 'echo ran >>"$FILE"; echo out; sleep 0.2; exit 5';
      const all = [start(one, script, options), start(two, script, options), start(one, script, options)];
      for (const { outcome } of all) expect(await outcome).toEqual(finished(5));
      const late = start(two, 'echo other', options);
      expect(await late.outcome).toEqual(finished(5));
      for (const { output } of [...all, late]) expect(output.text()).toBe('out\n');
      expect(await readFile(file, 'utf8')).toBe('ran\n');
    });

    test('one question serves for what may be there and may not', async () => {
      const connection = await connected();
      const task = { id: newId(), script: 'echo hello', env: {} };
      const output = collector();
      expect(await connection.run(task, 0, output.sink)).toEqual(finished(0));
      const rest = collector();
      expect(await connection.run(task, 4, (chunk, at) => rest.sink(chunk, at - 4))).toEqual(finished(0));
      expect(rest.text()).toBe('o\n');
    });

    test('a task that was never started is absent', async () => {
      expect(await (await connected()).follow(newId(), 0, nowhere)).toEqual(absent);
    });

    test('killed before it came, it is never started', async () => {
      const connection = await connected();
      const id = newId();
      expect(await connection.kill(id, 100)).toMatchObject({ left: [] });
      const late = start(connection, 'echo late', { id });
      expect(await late.outcome).toEqual(absent);
      expect(late.output.text()).toBe('');
    });
  });

  describe('forgetting', () => {
    const connected = kit.shareConnection();
    test('is for good: the task is absent, and is not started again', async () => {
      const connection = await connected();
      const [one, other] = [await run(connection, 'echo secret $0'), await run(connection, 'echo other')];
      await connection.forget([one.id, newId()]);
      expect(await connection.follow(one.id, 0, nowhere)).toEqual(absent);
      const late = start(await connect(), 'echo twice', { id: one.id });
      expect(await late.outcome).toEqual(absent);
      expect(late.output.text()).toBe('');
      expect(await readFile(join(kit.world.stateDir, 'script', other.id), 'utf8').catch(() => 'none')).toBe(
        'none',
      );
      for (const folder of ['task', 'script'])
        expect(await readFile(join(kit.world.stateDir, folder, one.id), 'utf8').catch(() => '')).not.toMatch(
          /secret/,
        );
      expect(await connection.follow(other.id, 0, nowhere)).toEqual(finished(0));
      await connection.forget('all');
      expect(await connection.follow(other.id, 0, nowhere)).toEqual(absent);
    });

    test('spares a task that runs, and says so', async () => {
      const connection = await connected();
      const busy = await kit.startAndHear(connection, 'sleep 300');
      const over = await run(connection, ':');
      const refused = { fault: 'protocol', message: expect.stringContaining(busy.id) };
      await expect(connection.forget([busy.id, over.id])).rejects.toMatchObject(refused);
      expect(await connection.follow(over.id, 0, nowhere)).toEqual(absent);
      expect(await connection.kill(busy.id, 0)).toMatchObject({ left: [] });
      expect(await busy.outcome).toEqual(finished(137));
      await connection.forget([busy.id]);
      expect(await connection.follow(busy.id, 0, nowhere)).toEqual(absent);
    });

    test('sweeps away every trace of what was forgotten long ago, forgets what ended long ago, and spares what runs', async () => {
      const connection = await connected();
      const { stateDir } = kit.world;
      const [old, stub, recent] = [
        await run(connection, 'echo old $0'),
        await run(connection, ':'),
        await run(connection, ':'),
      ];
      const busy = await kit.startAndHear(connection, 'sleep 300');
      const ended = await kit.startAndHear(connection, 'sleep 300');
      await connection.kill(ended.id, 0);
      await connection.forget([stub.id, ended.id]);
      const longAgo = new Date(Date.now() - 8 * 86_400_000);
      const age = async (...tasks: readonly { readonly id: string }[]) => {
        for (const { id } of tasks) await utimes(kit.recordOf(id), longAgo, longAgo);
      };
      const traces = async (id: string) =>
        (await readdir(stateDir, { recursive: true })).filter((name) => name.includes(id));
      await age(old, stub, busy, ended);
      await connection.forget([], 7);
      expect([...(await traces(stub.id)), ...(await traces(ended.id))]).toEqual([]);
      // Nobody had forgotten it yet: it is not there any more, and cannot be started again either.
      for (const folder of ['task', 'script'])
        expect(await readFile(join(stateDir, folder, old.id), 'utf8')).not.toMatch(/old/);
      const late = start(await connect(), 'echo twice', { id: old.id });
      expect(await late.outcome).toEqual(absent);
      expect(late.output.text()).toBe('');

      await age(old);
      await connection.forget([], 7);
      expect(await traces(old.id)).toEqual([]);
      expect(await connection.follow(recent.id, 0, nowhere)).toEqual(finished(0));
      expect(await traces(busy.id)).toContain(`task/${busy.id}`);
    });

    test('does many in one go', async () => {
      const connection = await connected();
      const one = await run(connection, ':');
      const record = await readFile(kit.recordOf(one.id));
      const ids = Array.from({ length: 1500 }, (_, i) => `many-${i}`);
      for (const id of ids) await writeFile(kit.recordOf(id), record);
      await connection.forget(ids);
      expect(await connection.follow('many-1499', 0, nowhere)).toEqual(absent);
      const longAgo = new Date(0);
      for (const id of ids) await utimes(kit.recordOf(id), longAgo, longAgo);
      await connection.forget([], 7);
      const left = await readdir(join(kit.world.stateDir, 'task'));
      expect(left).toContain(one.id);
      expect(left.filter((name) => name.startsWith('many-'))).toEqual([]);
    });
  });

  describe('the mark', () => {
    test('is the same for all connections, and another one when the state is gone', async () => {
      const { stateDir } = kit.world;
      const [one, two] = await Promise.all([connect(), connect()]);
      expect(one.mark).toMatch(/\S/);
      expect(two.mark).toBe(one.mark);
      await rm(stateDir, { recursive: true });
      // Several that find nothing there agree on one name.
      const fresh = await Promise.all(Array.from({ length: 6 }, () => connect()));
      expect(new Set(fresh.map(({ mark }) => mark)).size).toBe(1);
      expect(fresh[0]?.mark).not.toBe(one.mark);
      // Nothing is started where the folder that the connection's mark names is gone.
      await expect(one.run({ id: newId(), script: ':', env: {} }, 0, nowhere)).rejects.toMatchObject({
        fault: 'protocol',
        message: /was not started/,
      });
      expect((await run(fresh[0] as (typeof fresh)[0], 'echo on')).output.text()).toBe('on\n');
    });

    test('is another one after a reboot, and is made again where a crash has left it empty', async () => {
      const { mark } = await connect();
      const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
      expect(mark).toContain(boot);
      await writeFile(join(kit.world.stateDir, 'id'), '');
      const again = (await connect()).mark;
      expect(again).not.toBe(mark);
      expect(again).toContain(boot);
      expect((await connect()).mark).toBe(again);
    });
  });
}
