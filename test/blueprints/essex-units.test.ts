import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const CHECK = join(import.meta.dirname, '..', '..', 'blueprints/essex/checks/units.sh');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deployday-units-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Runs the check for the unit glance-api beside a systemd with which it stands in line (a job that waits) the first two times that
 * somebody looks, and then is in this state.
 */
function checked(then: string) {
  const standIns = `
die() { echo "$*"; exit 1; }
of_this_node() { echo glance-api; }
sleep() { :; }
systemctl() {
  case $* in
    *list-jobs*) echo look >>"$FOLDER/looks"
      if [ "$(wc -l <"$FOLDER/looks")" -le 2 ]; then echo '83 glance-api.service start waiting'; fi ;;
    *'show '*) echo '${then}'; echo dead ;;
    is-active*) if [ "$(wc -l <"$FOLDER/looks")" -le 2 ]; then echo inactive; else echo '${then}'; fi ;;
    is-enabled*) echo enabled ;;
  esac
}
`;
  const words = ['-c', `${standIns}. "$1"`, 'sh', CHECK];
  const { status, stdout, stderr } = spawnSync('/bin/sh', words, {
    env: { PATH: process.env.PATH, FOLDER: folder },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return { status, said: stdout.trim() };
}

it('a unit that stands in line behind another one at a boot is waited for', () => {
  expect(checked('active')).toEqual({ status: 0, said: 'active and enabled: glance-api' });
});

it('a unit that is not to be started is told at once', () => {
  expect(checked('inactive')).toEqual({ status: 1, said: 'glance-api is inactive' });
});
