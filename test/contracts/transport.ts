import { execFileSync } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Connection, Endpoint, RemoteOutcome, Transport } from '../../engine/transport.ts';
import { startProxy, type TcpProxy } from '../support/proxy.ts';
import { until } from '../support/until.ts';

/** A node on this machine, so that the tests can look behind the transport's back. */
export interface TransportWorld {
  readonly transport: Transport;
  readonly endpoint: Endpoint;
  /** The state directory of a task. */
  taskDir(id: string): string;
  /** Ends the node's server and all its connections as in a crash; tasks go on. */
  killServer(): Promise<void>;
  startServer(): Promise<void>;
  stop(): Promise<void>;
}

/** What every transport must do. `setUp` makes a fresh node. */
export function transportContract(name: string, setUp: () => Promise<TransportWorld>): void {
  describe(name, () => {
    let world: TransportWorld;
    let proxy: TcpProxy;
    const open: Connection[] = [];
    const started: string[] = [];

    beforeAll(async () => {
      world = await setUp();
      proxy = await startProxy(world.endpoint);
    });
    afterEach(async () => {
      for (const connection of open.splice(0)) connection.close();
      const cleaner = await connect();
      for (const id of started.splice(0)) expect(await cleaner.kill(id, 0)).toEqual([]);
      await cleaner.forget('all');
      cleaner.close();
    });
    afterAll(async () => {
      await proxy?.stop();
      await world?.stop();
    });

    async function connect(port = world.endpoint.port): Promise<Connection> {
      const connection = await world.transport.connect({ ...world.endpoint, port }, { timeoutMs: 10_000 });
      open.push(connection);
      return connection;
    }

    const newId = () => {
      const id = `t-${randomUUID()}`;
      started.push(id);
      return id;
    };

    const start = (
      connection: Connection,
      script: string,
      options: { id?: string; env?: Record<string, string> } = {},
    ) => {
      const id = options.id ?? newId();
      const output = collector();
      const outcome = connection.run({ id, script, env: options.env ?? {} }, output.sink);
      outcome.catch(() => {});
      return { id, output, outcome };
    };

    const run = async (connection: Connection, script: string, env?: Record<string, string>) => {
      const { id, output, outcome } = start(connection, script, env ? { env } : {});
      return { id, output, outcome: await outcome };
    };

    describe('a task', () => {
      test.each([0, 1, 3, 126, 255])('that exits with %i is finished with that code', async (code) => {
        const { outcome } = await run(await connect(), `exit ${code}`);
        expect(outcome).toEqual(finished(code));
      });

      test('that dies of a signal has the exit code that a shell gives it', async () => {
        const { outcome } = await run(await connect(), 'kill -9 $$');
        expect(outcome).toEqual(finished(137));
      });

      test('runs by its #! line, else by /bin/sh, in the home directory, with nothing to read', async () => {
        const connection = await connect();
        const awk = await run(connection, '#!/usr/bin/awk -f\nBEGIN { print 6 * 7 }\n');
        expect(awk.output.text()).toBe('42\n');
        const sh = await run(
          connection,
          'cat; pwd; readlink /proc/$$/exe >/dev/null; [ "$PWD" = "$HOME" ] && echo home',
        );
        expect(sh.output.text()).toMatch(/^\/.*\nhome\n$/);
        const none = await run(connection, '#!/no/such/interpreter\n');
        expect(none.outcome).toMatchObject({ state: 'finished', exitCode: expect.any(Number) });
        expect(none.outcome).not.toEqual(finished(0));
      });

      test('has its stdout and stderr in one stream, in order', async () => {
        const { output } = await run(
          await connect(),
          'i=0; while [ $i -lt 300 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done',
        );
        const expected = Array.from({ length: 300 }, (_, i) => `out ${i}\nerr ${i}\n`).join('');
        expect(output.text()).toBe(expected);
      });

      test('is heard while it runs', async () => {
        const connection = await connect();
        const { output, outcome, id } = start(
          connection,
          'echo first; while ! [ -e "$GO" ]; do sleep 0.05; done; echo second',
          {
            env: { GO: join(world.taskDir('x'), '..', 'go') },
          },
        );
        await until(() => output.text() === 'first\n', { what: 'the first line' });
        await writeFile(join(world.taskDir(id), '..', 'go'), '');
        expect(await outcome).toEqual(finished(0));
        expect(output.text()).toBe('first\nsecond\n');
      });

      test('is over when its script is, whatever a daemon it left does with its output', async () => {
        const connection = await connect();
        const { outcome, output, id } = await run(connection, 'echo before; sleep 300 & echo after');
        expect(outcome).toEqual(finished(0));
        expect(output.text()).toBe('before\nafter\n');
        expect(await connection.kill(id, 100)).toEqual([]);
        // A later look hears the same.
        const again = collector();
        expect(await connection.follow(id, 0, again.sink)).toEqual(finished(0));
        expect(again.text()).toBe('before\nafter\n');
      });

      test('may run beside others on one connection, more than the node gives channels', async () => {
        const connection = await connect();
        const many = Array.from({ length: 20 }, (_, i) => start(connection, `echo ${i}; exit ${i}`));
        const outcomes = await Promise.all(many.map((one) => one.outcome));
        expect(outcomes).toEqual(many.map((_, i) => finished(i)));
        expect(many.map((one) => one.output.text())).toEqual(many.map((_, i) => `${i}\n`));
      });

      test('keeps its state to its user', async () => {
        const { id } = await run(await connect(), 'umask', { SECRET: 'swordfish' });
        const { stat } = await import('node:fs/promises');
        expect((await stat(world.taskDir(id))).mode & 0o777).toBe(0o700);
        expect((await stat(join(world.taskDir(id), 'out'))).mode & 0o777).toBe(0o600);
        // Values of the environment do not lie around once it has ended.
        await until(async () => (await readFile(join(world.taskDir(id), 'env'), 'utf8')) === '', {
          what: 'the environment to be emptied',
        });
      });
    });

    describe('data', () => {
      test('5 MB of random bytes come through exactly', async () => {
        const bytes = randomBytes(5 << 20);
        const file = join(world.taskDir('x'), '..', 'random');
        await writeFile(file, bytes);
        const { output, outcome } = await run(await connect(), 'cat "$FILE"', { FILE: file });
        expect(outcome).toEqual(finished(0));
        expect(sha256(output.bytes())).toBe(sha256(bytes));
      });

      test('environment values of any shape arrive as they are', async () => {
        const connection = await connect();
        await fc.assert(
          fc.asyncProperty(fc.dictionary(variableName(), hostileText(), { maxKeys: 6 }), async (env) => {
            const names = Object.keys(env);
            const script = names.map((name) => `printf '%s\\0' "$${name}"`).join('\n');
            const { output, outcome } = await run(connection, script, env);
            expect(outcome).toEqual(finished(0));
            expect(output.bytes().toString('utf8')).toBe(names.map((name) => `${env[name]}\0`).join(''));
          }),
          { numRuns: 40 },
        );
      });

      test('scripts of any shape arrive as they are', async () => {
        const connection = await connect();
        await fc.assert(
          fc.asyncProperty(hostileText(), async (text) => {
            const { output } = await run(connection, `#!/usr/bin/tail -n+2\n${text}`);
            expect(output.bytes().toString('utf8')).toBe(text);
          }),
          { numRuns: 40 },
        );
      });

      test('100 kB values and 1 MB scripts', async () => {
        const connection = await connect();
        const value = `${'it\'s \n$(x) `y` \\ " '.repeat(6000)}ü`.slice(0, 100_000);
        const { output } = await run(connection, 'printf %s "$BIG"', { BIG: value });
        expect(output.text()).toBe(value);
        const long = await run(connection, `: ${"'x' ".repeat(250_000)}\necho end`);
        expect(long.output.text()).toBe('end\n');
      });

      test('what cannot be passed on is refused before anything runs', async () => {
        const connection = await connect();
        const task = (env: Record<string, string>, id = newId()) =>
          connection.run({ id, script: ':', env }, () => {});
        await expect(task({ A: 'a\0b' })).rejects.toThrow(/NUL/);
        await expect(task({ 'A B': '' })).rejects.toThrow(/name/);
        await expect(task({ A: 'x'.repeat(140_000) })).rejects.toThrow(/131072/);
        await expect(task({}, '../x')).rejects.toThrow(/not a task id/);
      });
    });

    describe('once only', () => {
      test('the same id runs once, also when two start it at the same time', async () => {
        const [one, two] = [await connect(), await connect()];
        const file = join(world.taskDir('x'), '..', randomUUID());
        const options = { id: newId(), env: { FILE: file } };
        const script = 'echo ran >>"$FILE"; echo out; sleep 0.2; exit 5';
        const all = [start(one, script, options), start(two, script, options), start(one, script, options)];
        for (const { outcome } of all) expect(await outcome).toEqual(finished(5));
        const late = start(two, 'echo other', options);
        expect(await late.outcome).toEqual(finished(5));
        for (const { output } of [...all, late]) expect(output.text()).toBe('out\n');
        expect(await readFile(file, 'utf8')).toBe('ran\n');
      });

      test('a task that was never started is absent', async () => {
        expect(await (await connect()).follow(newId(), 0, () => {})).toEqual({ state: 'absent' });
      });

      test('forgotten is absent; one that runs is not forgotten', async () => {
        const connection = await connect();
        const done = await run(connection, ':');
        await connection.forget([done.id, newId()]);
        expect(await connection.follow(done.id, 0, () => {})).toEqual({ state: 'absent' });
        const busy = start(connection, 'echo on; sleep 300');
        await until(() => busy.output.text() === 'on\n', { what: 'the task to start' });
        await expect(connection.forget([busy.id])).rejects.toMatchObject({ fault: 'protocol' });
        await connection.kill(busy.id, 0);
        expect(await busy.outcome).toEqual(finished(137));
        await connection.forget([busy.id]);
        expect(existsSync(world.taskDir(busy.id))).toBe(false);
      });
    });

    describe('a connection that breaks', () => {
      const lines = 3000;
      const script = `i=0; while [ $i -lt ${lines} ]; do echo "line $i of the output"; i=$((i+1)); done; echo ran >>"$FILE"; exit 4`;
      const expected = Array.from({ length: lines }, (_, i) => `line ${i} of the output\n`).join('');

      test('misses and doubles no byte, and runs nothing twice, wherever it is cut', async () => {
        const seed = Number(process.env.TEST_SEED ?? 20_261_123);
        let cuts = 0;
        await fc.assert(
          fc.asyncProperty(
            fc.integer({ min: 0, max: 90_000 }),
            fc.integer({ min: 1, max: 30_000 }),
            async (first, step) => {
              const file = join(world.taskDir('x'), '..', randomUUID());
              const output = collector();
              const id = newId();
              let outcome: RemoteOutcome | undefined;
              let began = false;
              for (let round = 0; outcome === undefined; round++) {
                if (round < 8) proxy.cutAfter(round === 0 ? first : step + round * 4000);
                try {
                  const connection = await connect(proxy.port);
                  const sink = output.from(output.length());
                  if (began && output.length() > 0)
                    outcome = await connection.follow(id, output.length(), sink);
                  else outcome = await connection.run({ id, script, env: { FILE: file } }, sink);
                  connection.close();
                } catch (error) {
                  cuts++;
                  expect(error).toMatchObject({ fault: expect.stringMatching(/^(lost|unreachable)$/) });
                  began ||= existsSync(world.taskDir(id));
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
        const connection = await connect(proxy.port);
        const go = join(world.taskDir('x'), '..', randomUUID());
        const { id, output, outcome } = start(
          connection,
          'echo on; while ! [ -e "$GO" ]; do sleep 0.05; done; echo end',
          {
            env: { GO: go },
          },
        );
        await until(() => output.text() === 'on\n', { what: 'the task to start' });
        proxy.cut();
        await expect(outcome).rejects.toMatchObject({ fault: 'lost' });
        await expect(connection.run({ id: newId(), script: ':', env: {} }, () => {})).rejects.toMatchObject({
          fault: 'lost',
        });
        const again = await connect();
        const rest = again.follow(id, 3, output.from(3));
        await writeFile(go, '');
        expect(await rest).toEqual(finished(0));
        expect(output.text()).toBe('on\nend\n');
      });

      test('that goes silent is noticed', async () => {
        const connection = await connect(proxy.port);
        const { output, outcome } = start(connection, 'echo on; sleep 300');
        await until(() => output.text() === 'on\n', { what: 'the task to start' });
        proxy.stall();
        try {
          await expect(outcome).rejects.toMatchObject({ fault: 'lost' });
        } finally {
          proxy.resume();
        }
      });

      test('because the server was killed and started again', async () => {
        const connection = await connect();
        const go = join(world.taskDir('x'), '..', randomUUID());
        const { id, output, outcome } = start(
          connection,
          'echo on; while ! [ -e "$GO" ]; do sleep 0.05; done; exit 6',
          {
            env: { GO: go },
          },
        );
        await until(() => output.text() === 'on\n', { what: 'the task to start' });
        await world.killServer();
        await expect(outcome).rejects.toMatchObject({ fault: 'lost' });
        await writeFile(go, '');
        await expect(connect()).rejects.toMatchObject({
          fault: 'unreachable',
          message: /connection refused/,
        });
        await world.startServer();
        expect(await (await connect()).follow(id, 3, output.from(3))).toEqual(finished(6));
        expect(output.text()).toBe('on\n');
      });
    });

    describe('unknown', () => {
      test('when the node has rebooted under the task', async () => {
        const connection = await connect();
        const { id, output, outcome } = start(connection, 'echo on; sleep 300');
        await until(() => output.text() === 'on\n', { what: 'the task to start' });
        connection.close();
        await expect(outcome).rejects.toMatchObject({ fault: 'lost' });
        const record = join(world.taskDir(id), 'task');
        const [pid, began, , nonce] = (await readFile(record, 'utf8')).trim().split(' ');
        await writeFile(record, `${pid} ${began} ${randomUUID()} ${nonce}\n`);
        const rest = collector();
        expect(await (await connect()).follow(id, 0, rest.sink)).toMatchObject({
          state: 'unknown',
          why: /rebooted/,
        });
        expect(rest.text()).toBe('on\n');
        const rerun = await (await connect()).run({ id, script: 'echo twice', env: {} }, collector().sink);
        expect(rerun).toMatchObject({ state: 'unknown' });
      });

      test('when its supervisor was killed, heard at once by who follows', async () => {
        const connection = await connect();
        const { id, output, outcome } = start(connection, 'echo on; sleep 300');
        await until(() => output.text() === 'on\n', { what: 'the task to start' });
        const [pid] = (await readFile(join(world.taskDir(id), 'task'), 'utf8')).split(' ');
        process.kill(Number(pid), 'SIGKILL');
        expect(await outcome).toMatchObject({ state: 'unknown', why: /supervisor was killed/ });
        expect(output.text()).toBe('on\n');
      });

      test('when it was cut off between preparing and starting', async () => {
        const connection = await connect();
        const { id } = await run(connection, ':');
        const { rm } = await import('node:fs/promises');
        await rm(join(world.taskDir(id), 'task'));
        expect(await connection.follow(id, 0, () => {})).toMatchObject({ state: 'unknown', why: /prepared/ });
      });
    });

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

      test('spares other tasks, and has nothing to do for one that is over or absent', async () => {
        const connection = await connect();
        const id = newId();
        const other = start(connection, 'echo on; sleep 300', { id: `${id}0` });
        started.push(`${id}0`);
        await until(() => other.output.text() === 'on\n', { what: 'the other task to start' });
        const victim = start(connection, 'echo on; sleep 300', { id });
        await until(() => victim.output.text() === 'on\n', { what: 'the task to start' });
        expect(await connection.kill(id, 1000)).toEqual([]);
        expect(await victim.outcome).toEqual(finished(143));
        expect(await connection.kill(id, 1000)).toEqual([]);
        expect(await connection.kill(newId(), 1000)).toEqual([]);
        expect(await Promise.race([other.outcome, connection.follow(newId(), 0, () => {})])).toEqual({
          state: 'absent',
        });
      });
    });

    describe('much output', () => {
      test('is capped at 64 MiB with a marker, never stalls the task, and waits for a slow sink', async () => {
        const connection = await connect();
        let bytes = 0;
        let end = Buffer.alloc(0);
        let sinking = 0;
        const outcome = await connection.run(
          { id: newId(), script: 'head -c 200000000 /dev/zero; echo done; exit 3', env: {} },
          async (chunk, offset) => {
            expect(++sinking).toBe(1);
            expect(offset).toBe(bytes);
            bytes += chunk.length;
            end = Buffer.concat([end, chunk]).subarray(-200);
            await new Promise(setImmediate);
            sinking--;
          },
        );
        expect(outcome).toEqual(finished(3));
        const marker = '\n[deployday] output beyond 64 MiB was dropped\n';
        expect(end.toString('latin1')).toMatch(/\n\[deployday\] output beyond 64 MiB was dropped\n$/);
        expect(bytes).toBe((64 << 20) + marker.length);
      });

      test('nobody listens: the task still comes to its end', async () => {
        const connection = await connect();
        let release = () => {};
        const held = new Promise<void>((resolve) => {
          release = resolve;
        });
        const mark = join(world.taskDir('x'), '..', randomUUID());
        const { outcome } = (() => {
          const id = newId();
          const script = 'head -c 30000000 /dev/zero; echo done >"$MARK"';
          return { outcome: connection.run({ id, script, env: { MARK: mark } }, () => held) };
        })();
        await until(() => existsSync(mark), { what: 'the task to end', withinMs: 30_000 });
        release();
        expect(await outcome).toEqual(finished(0));
      });
    });
  });
}

const finished = (exitCode: number): RemoteOutcome => ({ state: 'finished', exitCode });
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Keeps output and insists that no byte is missing or doubled. */
function collector() {
  let kept = Buffer.alloc(0);
  const from = (start: number) => {
    expect(start).toBe(kept.length);
    return (chunk: Buffer, offset: number) => {
      expect(offset).toBe(kept.length);
      kept = Buffer.concat([kept, chunk]);
    };
  };
  return {
    sink: from(0),
    from,
    length: () => kept.length,
    bytes: () => kept,
    text: () => kept.toString('utf8'),
  };
}

const variableName = () => fc.stringMatching(/^X_[A-Za-z0-9_]{0,12}$/);

const hostileText = () =>
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          "'",
          '"',
          '`',
          '$(',
          '$HOME',
          ')',
          '\\',
          '\n',
          '\r\n',
          '\t',
          ' ',
          ';',
          '&',
          '|',
          '%s',
          '-n',
          '!',
          '~',
          '*',
          '#',
          '\u0081',
          '\u0088',
          '\u0001',
          '\u007f',
          "'\\''",
          '${',
          '}',
          'EOF\n',
          '😀',
        ),
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'grapheme' }),
      ),
      { maxLength: 40 },
    )
    .map((parts) => Buffer.from(parts.join('').replaceAll('\0', '')).toString('utf8'));
