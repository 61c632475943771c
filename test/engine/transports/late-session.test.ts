import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createKit } from '../../contracts/transport/kit.ts';
import { describeIf } from '../../support/needs.ts';
import { needSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { sshWorld } from './ssh-world.ts';

describeIf(await needSshd())(
  'a task that is killed while it still is in the session of its supervisor',
  () => {
    let dir: string;
    const kit = createKit(async () => {
      dir = await mkdtemp(join(tmpdir(), 'deployday-late-session-'));
      // Makes the task's own session only when somebody wants to end the task.
      const slow = `#!/bin/sh
trap 'told=yes' TERM
: >'${dir}/waits'
told=
while [ -z "$told" ]; do sleep 0.05; done
trap '' TERM
exec /usr/bin/setsid "$@"
`;
      await writeFile(join(dir, 'setsid'), slow, { mode: 0o755 });
      const world = await sshWorld(`PATH=${dir}:$PATH exec /bin/sh -s`);
      return { ...world, stop: () => world.stop().then(() => rm(dir, { recursive: true })) };
    });

    test('leaves nothing of the session that it makes then', async () => {
      const connection = await kit.connect();
      const marker = `8${Date.now()}`;
      // Without a parent of the task and without its mark, that is known by its session alone.
      const { id, outcome } = kit.start(connection, `(env -i /bin/sleep ${marker} &)`);
      await until(() => existsSync(join(dir, 'waits')), { what: 'setsid to be begun' });
      expect(await connection.kill(id, 2_000)).toMatchObject({ left: [] });
      expect((await outcome).state).toBe('finished');
      const all = execFileSync('ps', ['-eo', 'stat=,args='], { encoding: 'utf8' }).split('\n');
      expect(all.filter((line) => !line.startsWith('Z') && line.endsWith(` ${marker}`))).toEqual([]);
    });
  },
);
