import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { describeIf, needHost } from '../support/needs.ts';

const LIBRARY = fileURLToPath(new URL('../../blueprints/essex/lib.sh', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'deployday-options-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the prelude's own set_options on a file with this text, and answers the file. */
function setOptions(text: string, options: string): string {
  const path = join(folder, 'service.conf');
  writeFileSync(path, text);
  chmodSync(path, 0o640);
  execFileSync('/bin/sh', ['-c', '. "$1"; set_options "$2"', 'sh', LIBRARY, path], {
    input: options,
    env: { PATH: process.env.PATH, ROLE_CONTROLLER_ADDRESSES: '10.0.0.1' },
  });
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect(readdirSync(folder)).toEqual(['service.conf']);
  return readFileSync(path, 'utf8');
}

describeIf(needHost({ commands: ['python3'] }))('set_options of essex', () => {
  it('sets in the right section, keeps comments, and adds what is missing', () => {
    const before = '[DEFAULT]\n# workers = 8\nlog = a\n[database]\nlog = b\n\n[cache]\n';
    expect(setOptions(before, 'workers = 1\n[database]\nlog = c\n[new]\nkey = x=y$\n')).toBe(
      '[DEFAULT]\nworkers = 1\n# workers = 8\nlog = a\n[database]\nlog = c\n\n[cache]\n\n[new]\nkey = x=y$',
    );
  });

  it('changes nothing the second time', () => {
    const options = '[a]\none = 1\ntwo = 2\n[b]\none = 3\n';
    const once = setOptions('[a]\none=0\none = 9\n', options);
    expect(once.match(/one/g)).toHaveLength(2);
    expect(setOptions(once, options)).toBe(once);
  });
});
