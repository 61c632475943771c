import { readFileSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { collector, finished, type Kit } from './kit.ts';

export function tasksPart(kit: Kit): void {
  const { connect, run, start } = kit;

  describe('a task', () => {
    const connected = kit.shareConnection();
    test.each([0, 1, 3, 126, 255])('that exits with %i is finished with that code', async (code) => {
      const { outcome } = await run(await connected(), `exit ${code}`);
      expect(outcome).toEqual(finished(code));
    });

    test('that dies of a signal has the exit code that a shell gives it', async () => {
      const { outcome } = await run(await connected(), 'kill -9 $$');
      expect(outcome).toEqual(finished(137));
    });

    test('runs by its #! line, else by /bin/sh, in the home directory, with nothing to read', async () => {
      const connection = await connected();
      const awk = await run(connection, '#!/usr/bin/awk -f\nBEGIN { print 6 * 7 }\n');
      expect(awk.output.text()).toBe('42\n');
      const sh = await run(connection, 'cat; pwd; [ "$PWD" = "$HOME" ] && echo home');
      expect(sh.output.text()).toMatch(/^\/.*\nhome\n$/);
      const none = await run(connection, '#!/no/such/interpreter\n');
      expect(none.outcome).toMatchObject({ state: 'finished', exitCode: expect.any(Number) });
      expect(none.outcome).not.toEqual(finished(0));
    });

    test('is alone: it leads its session, and no file of ours is open in it', async () => {
      const script =
        'read -r pid _ _ _ group session _ </proc/$$/stat; echo "$pid $group $session"; ls /proc/$$/fd';
      const { output } = await run(await connected(), script);
      const [ids = '', ...files] = output.text().trim().split('\n');
      expect(new Set(ids.split(' ')).size).toBe(1);
      // Shells keep their script open from 10 on.
      expect(files.map(Number).filter((file) => file > 2 && file < 10)).toEqual([]);
      // Signals to its group do not reach its supervisor.
      const { outcome } = await run(await connected(), 'kill -9 0');
      expect(outcome).toEqual(finished(137));
    });

    test('has its stdout and stderr in one stream, in order', async () => {
      const { output } = await run(
        await connected(),
        'i=0; while [ $i -lt 300 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done',
      );
      const expected = Array.from({ length: 300 }, (_, i) => `out ${i}\nerr ${i}\n`).join('');
      expect(output.text()).toBe(expected);
    });

    test('may open its stdout and stderr by name without losing what it has said', async () => {
      const { output } = await run(
        await connected(),
        'echo one; echo two >/dev/stderr; echo three >/dev/stdout',
      );
      expect(output.text()).toBe('one\ntwo\nthree\n');
    });

    test('is heard while it runs', async () => {
      const connection = await connected();
      const go = kit.path();
      const { output, outcome } = start(
        connection,
        'echo first; while ! [ -e "$GO" ]; do sleep 0.05; done; echo second',
        { env: { GO: go } },
      );
      await until(() => output.text() === 'first\n', { what: 'the first line' });
      await writeFile(go, '');
      expect(await outcome).toEqual(finished(0));
      expect(output.text()).toBe('first\nsecond\n');
    });

    test('that lasts about as long as we wait with listening tells its end once', async () => {
      const connection = await connected();
      // Of more at once each would be given longer before it is listened to.
      const lanes = 3;
      const everyThird = async (first: number) => {
        for (let round = first; round < 30; round += lanes) {
          const { output, outcome } = await run(
            connection,
            `echo a; sleep 0.0${round % 10}${round}; echo b; exit 3`,
          );
          expect({ round, outcome, text: output.text() }).toEqual({
            round,
            outcome: finished(3),
            text: 'a\nb\n',
          });
        }
      };
      await Promise.all(Array.from({ length: lanes }, (_, first) => everyThird(first)));
    });

    test('is known to run as long as it does, and for how long, and not before or after', async () => {
      const connection = await connected();
      const go = kit.path();
      const id = kit.newId();
      expect(await connection.runningFor(id)).toBe(null);
      const asked = performance.now();
      const { output, outcome } = start(connection, 'echo on; while ! [ -e "$GO" ]; do sleep 0.05; done', {
        id,
        env: { GO: go },
      });
      await until(() => output.text() === 'on\n', { what: 'the task to begin' });
      const first = (await connection.runningFor(id)) ?? -1;
      const later = await until(
        async () => {
          const now = (await connection.runningFor(id)) ?? -1;
          return now >= first + 300 && now;
        },
        { what: 'time to go by' },
      );
      // Hundredths of a second are what a node counts in.
      expect(first).toBeGreaterThanOrEqual(0);
      expect(later).toBeLessThanOrEqual(performance.now() - asked + 20);
      await writeFile(go, '');
      expect(await outcome).toEqual(finished(0));
      expect(await connection.runningFor(id)).toBe(null);
    });

    test('is told among those of its name that have not ended, until it has', async () => {
      const connection = await connected();
      const prefix = `${kit.newId()}-`;
      expect(await connection.unended(prefix)).toEqual([]);
      const [hung, other] = [
        await kit.startAndHear(connection, 'sleep 300', { id: `${prefix}2` }),
        await kit.startAndHear(connection, 'sleep 300', { id: kit.newId() }),
      ];
      expect(await start(connection, ':', { id: `${prefix}1` }).outcome).toEqual(finished(0));
      await connection.kill(`${prefix}3`, 0);
      expect(await connection.unended(prefix)).toEqual([hung.id]);
      for (const { id } of [hung, other]) await connection.kill(id, 0);
      await hung.outcome;
      expect(await connection.unended(prefix)).toEqual([]);
    });

    test('is over when its script is, whatever a daemon it left does with its output', async () => {
      const connection = await connected();
      const file = kit.path();
      const script = 'echo before; sleep 300 & echo after; echo $! >"$PID_FILE"';
      const { outcome, output, id } = await run(connection, script, { PID_FILE: file });
      expect(outcome).toEqual(finished(0));
      expect(output.text()).toBe('before\nafter\n');
      expect((await run(connection, 'echo next')).output.text()).toBe('next\n');
      process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL');
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

    test('leaves no process behind, however many came before it', async () => {
      const connection = await connect();
      for (let i = 0; i < 20; i++) await run(connection, ':');
      // The shell that has started them is the one whose children they would be.
      const { output } = await run(
        connection,
        'echo "$PPID"; read -r _ _ _ parent _ </proc/$PPID/stat; echo "$parent"',
      );
      const [supervisor, shell] = output.text().trim().split('\n');
      expect(Number(supervisor)).toBeGreaterThan(1);
      const children = () =>
        readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(/\s+/);
      // The last one's own may take a moment to end.
      await until(() => children().length <= 2, { what: 'all but the last task to have left nothing' });
    });

    test('keeps its state to its user, its script with it, and values of its environment nowhere', async () => {
      const { id } = await run(await connected(), 'printf %s "$SECRET" | wc -c', { SECRET: 'swordfish' });
      const { stateDir } = kit.world;
      for (const folder of ['.', 'task', 'script'])
        expect((await stat(join(stateDir, folder))).mode & 0o777).toBe(0o700);
      expect(readFileSync(kit.recordOf(id), 'utf8')).toContain('printf %s "$SECRET" | wc -c\n9\n');
      expect(readFileSync(kit.recordOf(id), 'utf8')).not.toContain('swordfish');
    });
  });

  describe('a script', () => {
    const connected = kit.shareConnection();
    test.each([
      [
        'with words of any shape',
        "printf %s '\\ \\\\ $(x) `y` $x \x81\x88\x01 ü %s END'\n",
        '\\ \\\\ $(x) `y` $x \x81\x88\x01 ü %s END',
      ],
      ['that begins with a comment', '# first\necho a', 'a\n'],
      ['that begins with an empty line', '\n\necho a\n', 'a\n'],
      ['with a text in its middle', 'cat <<END\nEND of $((1 + 1))\nEND\necho a', 'END of 2\na\n'],
      ['that is empty', '', ''],
      ['that looks at itself', 'tail -n 1 "$0"\nexit 0\nthis line', 'this line'],
      ['that is long', `${': nothing\n'.repeat(2000)}echo a`, 'a\n'],
      ['that reads on while it runs', `echo a\n${': nothing\n'.repeat(300)}echo b`, 'a\nb\n'],
    ])('%s runs as it is', async (_, script, said) => {
      const { output, outcome } = await run(await connected(), script);
      expect(output.text()).toBe(said);
      expect(outcome).toEqual(finished(0));
    });

    test('tells the line of a mistake', async () => {
      const { output } = await run(await connected(), ':\n:\nno-such-command');
      expect(output.text()).toMatch(/step: (line )?3: no-such-command: (command )?not found\n$/);
    });

    test('goes as far as it can be understood, and is never mixed up with its output', async () => {
      const script = 'echo "\'; echo evil; \'"; echo fi\nif true; then echo "unfinished';
      const { output, outcome } = await run(await connected(), script);
      expect(output.text()).toMatch(/^'; echo evil; '\nfi\n.*(unterminated|unexpected)/is);
      expect(outcome).toEqual(finished(2));
    });
  });
}
