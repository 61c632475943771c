import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const FOLDER = join(import.meta.dirname, '..', '..', 'blueprints/essex');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deployday-static-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The step's own make_static_files, beside a dpkg that fails so many times; where the keys are is a folder of the test's. */
function make(failures: number) {
  const step = readFileSync(join(FOLDER, 'steps/schemas.sh'), 'utf8');
  const [own = ''] = /^make_static_files\(\) \([\s\S]*?^\)$/m.exec(step) ?? [];
  const parts = own.split('/var/lib/openstack-dashboard');
  expect(parts.length).toBeGreaterThan(1); // what this test runs must never remove keys of this host
  writeFileSync(join(folder, 'later'), '');
  const stubs = `installer_ended() { :; }; dashboard_files() { :; }
dpkg() { echo x >>'${folder}/tries'; echo 'CommandError: inline-blo'; [ "$(grep -c x '${folder}/tries')" -gt ${failures} ]; }
STATIC_LATER='${folder}/later'`;
  const { status, stdout, stderr } = spawnSync(
    '/bin/sh',
    ['-c', `. "$1"; ${stubs}\n${parts.join(folder)}\nmake_static_files`, 'sh', join(FOLDER, 'lib.sh')],
    { env: { PATH: process.env.PATH, ROLE_CONTROLLER_ADDRESSES: '10.0.0.1' }, encoding: 'utf8' },
  );
  const tries = readFileSync(join(folder, 'tries'), 'utf8').length / 2;
  return { status, tries, stdout, stderr, isLeft: existsSync(join(folder, 'later')) };
}

it('static files that cannot be put together are tried again, and it is told', () => {
  const said =
    "the dashboard's static files could not be put together; trying again: CommandError: inline-blo\n";
  expect(make(2)).toEqual({ status: 0, tries: 3, stdout: said + said, stderr: '', isLeft: false });
});

it('after three tries it is given up, with what was said', () => {
  const { status, tries, stderr, isLeft } = make(9);
  expect({ status, tries, isLeft }).toEqual({ status: 1, tries: 3, isLeft: true });
  expect(stderr).toMatch(/^CommandError: inline-blo\n.*in 3 tries: the last one's lines are above\n$/);
});
