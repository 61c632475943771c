import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { describeIf, needHost } from '../support/needs.ts';

const STEP = join(import.meta.dirname, '..', '..', 'blueprints/essex/steps/queue.sh');
const folder = mkdtempSync(join(tmpdir(), 'deployday-queue-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the part of the step that writes down RabbitMQ's users, and answers the file. */
function definitions(password: string): string {
  const path = join(folder, 'definitions.json');
  const [, program = ''] = /<<'PYTHON'\n([\s\S]*?)\nPYTHON\n/.exec(readFileSync(STEP, 'utf8')) ?? [];
  const mine = program
    .replace("'/etc/rabbitmq/definitions.json'", JSON.stringify(path))
    .replace("getpwnam('rabbitmq')", `getpwnam(${JSON.stringify(userInfo().username)})`);
  expect(mine).not.toContain('/etc/rabbitmq'); // what this test runs must never be taken for a node
  const env = { PATH: process.env.PATH, PARAM_QUEUE_PASSWORD: password };
  const { status, stderr } = spawnSync('python3', ['-'], { input: mine, env, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return readFileSync(path, 'utf8');
}

describeIf(needHost({ commands: ['python3'] }))("RabbitMQ's users of essex", () => {
  it('stay as they are when the step is done again, and follow another password', () => {
    const first = definitions('one-password');
    expect(definitions('one-password')).toBe(first);
    const second = definitions('another~password');
    expect(second).not.toBe(first);
    const [user] = JSON.parse(second).users;
    const hash = Buffer.from(user.password_hash, 'base64');
    const salted = Buffer.concat([hash.subarray(0, 4), Buffer.from('another~password')]);
    expect(hash.subarray(4)).toEqual(createHash('sha256').update(salted).digest());
    expect(user.name).toBe('openstack');
  });
});
