/**
 * `npm test`: sets the clone up if need be, then lint, format and types, then the tests: quick ones first, whole
 * programs after them. `npm test -- --only checks|unit|system` runs one part. Everything else goes to vitest:
 * `npm test -- test/db -t socket`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from './build.js';
import { prepare } from './prepare.js';
import { runSetup, SetupError, say } from './say.js';

const root = join(import.meta.dirname, '..');
const PARTS = ['checks', 'unit', 'system'];

await runSetup(async () => {
  const began = Date.now();
  // For what has no time left on a slow machine: test/support/half-hour.ts.
  process.env.TESTS_BEGAN = String(began);
  const { only, rest } = readArguments(process.argv.slice(2));
  await prepare(root);
  const totals = { passed: 0, failed: 0, skipped: 0 };
  if (!only || only === 'checks') totals.failed += runChecks();
  if (only !== 'checks') {
    const tests = runTests(only ? ['--project', only, ...rest] : rest);
    totals.passed += tests.passed;
    totals.failed += tests.failed;
    totals.skipped += tests.skipped;
  }
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped (${seconds} s)`);
  if (totals.failed > 0) process.exitCode = 1;
});

/** @param {string[]} words */
function readArguments(words) {
  const at = words.indexOf('--only');
  if (at < 0) return { only: undefined, rest: words };
  const only = words[at + 1] ?? '';
  if (!PARTS.includes(only)) throw new SetupError(`--only takes one of ${PARTS.join(', ')}, not "${only}"`);
  return { only, rest: words.toSpliced(at, 2) };
}

/** Every check runs, whatever the others say; returns how many failed. */
function runChecks() {
  /** @type {[what: string, packageName: string, program: string, words: string[]][]} */
  const checks = [
    [
      'lint and format',
      '@biomejs/biome',
      'biome',
      ['ci', '--error-on-warnings', ...(process.stderr.isTTY ? [] : ['--colors=off']), '.'],
    ],
  ];
  for (const project of ['.', 'setup', join('web', 'page')]) {
    const config = join(project, 'tsconfig.json');
    if (existsSync(join(root, config)))
      checks.push([`types of ${project}`, 'typescript', 'tsc', ['--noEmit', '-p', config]]);
  }
  let failed = 0;
  for (const [what, packageName, program, words] of checks) {
    say(`Checking ${what}…`);
    try {
      runTool(root, packageName, program, words);
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      say(`${what}: ${error.message}`);
      failed++;
    }
  }
  return failed;
}

/**
 * @param {string[]} words
 * @returns {{passed: number, failed: number, skipped: number}}
 */
function runTests(words) {
  const folder = mkdtempSync(join(tmpdir(), 'test-totals-'));
  const file = join(folder, 'totals.json');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', `--reporter=${join(root, 'setup', 'reporter.js')}`];
  try {
    const { status } = spawnSync(process.execPath, [vitest, 'run', ...reporters, ...words], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, TEST_TOTALS: file },
    });
    const totals = existsSync(file)
      ? JSON.parse(readFileSync(file, 'utf8'))
      : { passed: 0, failed: 0, skipped: 0 };
    // Vitest's own verdict counts: a run that broke off, or found no test, has failed.
    if (status !== 0 && totals.failed === 0) totals.failed = 1;
    return totals;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
