import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, relative, sep } from 'node:path';
import { runSetup, SetupError, say } from './say.js';

/** Folders whose TypeScript goes to dist/; whatever else lies in them (SQL, scripts) is copied beside it. */
const SOURCES = ['adapters', 'bot', 'db', 'engine', 'pictures', 'sessions', 'web'];
const PAGE = join('web', 'page');
const INSTRUCTIONS = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', join('setup', 'build.js')];
const STAMP = 'built-from';

/**
 * Builds dist/ if it was not built from exactly these sources.
 * @param {string} root
 * @returns {boolean} whether something was built
 */
export function ensureBuilt(root) {
  const dist = join(root, 'dist');
  const files = sourceFiles(root);
  const print = fingerprint(root, files);
  const stamp = join(dist, STAMP);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === print) return false;
  say('Building…');
  // Built aside and put in place whole: an interrupted build leaves the old one, and a running bot keeps its files until then.
  const fresh = mkdtempSync(join(root, 'dist-'));
  try {
    compile(root, fresh);
    copyOtherFiles(root, fresh, files);
    buildPage(root, fresh);
    writeFileSync(join(fresh, STAMP), print);
    const old = `${fresh}.old`;
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(fresh, dist);
    rmSync(old, { recursive: true, force: true });
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return true;
}

/**
 * All files that the build depends on, relative to the root, in a fixed order.
 * @param {string} root
 */
function sourceFiles(root) {
  const found = INSTRUCTIONS.filter((file) => existsSync(join(root, file)));
  for (const folder of SOURCES.filter((name) => existsSync(join(root, name)))) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true, recursive: true })) {
      if (entry.isFile()) found.push(relative(root, join(entry.parentPath, entry.name)));
    }
  }
  return found.sort();
}

/**
 * @param {string} root
 * @param {string[]} files
 */
function fingerprint(root, files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

/**
 * @param {string} root
 * @param {string} out
 */
function compile(root, out) {
  runTool(root, 'typescript', 'tsc', ['-p', 'tsconfig.build.json', '--outDir', out]);
}

/**
 * @param {string} root
 * @param {string} out
 * @param {string[]} files
 */
function copyOtherFiles(root, out, files) {
  for (const file of files) {
    const ofPage = file.startsWith(PAGE + sep);
    if (ofPage || INSTRUCTIONS.includes(file) || /\.(ts|tsx|md)$/.test(file)) continue;
    cpSync(join(root, file), join(out, file), { recursive: true });
  }
}

/**
 * @param {string} root
 * @param {string} out
 */
function buildPage(root, out) {
  const config = join(root, PAGE, 'vite.config.ts');
  if (!existsSync(config)) return;
  const outDir = join(out, PAGE);
  mkdirSync(outDir, { recursive: true });
  runTool(root, 'vite', 'vite', [
    'build',
    PAGE,
    '--config',
    config,
    '--outDir',
    outDir,
    '--emptyOutDir',
    '--logLevel',
    'warn',
  ]);
}

/**
 * Runs the program of an installed npm package, without npm.
 * @param {string} root
 * @param {string} packageName
 * @param {string} program
 * @param {string[]} words
 */
export function runTool(root, packageName, program, words) {
  const folder = join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const script = join(folder, typeof bin === 'string' ? bin : bin[program]);
  const { status, error } = spawnSync(process.execPath, [script, ...words], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (error) throw new SetupError(`cannot run ${program}: ${error.message}`);
  if (status !== 0)
    throw new SetupError(`${program} failed, see above: mend what it names, then start again`);
}

if (process.argv[1] === import.meta.filename) {
  await runSetup(async () => {
    if (!ensureBuilt(join(import.meta.dirname, '..'))) say('dist/ is up to date');
  });
}
