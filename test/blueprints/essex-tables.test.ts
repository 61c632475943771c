import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const LIBRARY = join(import.meta.dirname, '..', '..', 'blueprints/essex/lib.sh');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deployday-tables-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs shell text after the library, beside a MariaDB that has so many tables and notes what it is told. */
function told(tables: number, script: string): string {
  const log = join(folder, 'log');
  const mysql = `mysql() { case $* in *skip-column*) cat >/dev/null; echo ${tables} ;; *) cat >>"$LOG" ;; esac; }`;
  const words = ['-c', `. "$1"; STATE=$2; ${mysql}\n${script}`, 'sh', LIBRARY, folder];
  const env = { PATH: process.env.PATH, ROLE_CONTROLLER_ADDRESSES: '10.0.0.1', LOG: log };
  const { status, stderr } = spawnSync('/bin/sh', words, { env, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return existsSync(log) ? readFileSync(log, 'utf8') : '';
}

it('tables of a first migration that was cut off are dropped, and no others', () => {
  const begin = 'begin_tables nova nova_api';
  expect(told(0, begin)).toBe(''); // and is killed
  const again = told(17, begin);
  expect(again).toBe(
    'DROP DATABASE IF EXISTS nova;\nCREATE DATABASE nova;\nDROP DATABASE IF EXISTS nova_api;\nCREATE DATABASE nova_api;\n',
  );
  expect(told(17, 'end_tables nova nova_api')).toBe(again);
  // They are whole: whatever becomes of a later migration, people's own entries stay.
  for (let times = 0; times < 2; times++) expect(told(110, begin)).toBe(again);
});
