/**
 * `npm run bench -- NAME [options]`: sets the clone up if need be, builds the measurements of bench/ and runs one. They
 * are no part of dist/, which is what people install.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runTool } from './build.js';
import { prepare } from './prepare.js';
import { runSetup } from './say.js';

const root = join(import.meta.dirname, '..');
const out = join(root, 'dist-bench');

await runSetup(async () => {
  await prepare(root);
  runTool(root, 'typescript', 'tsc', ['-p', join('bench', 'tsconfig.json'), '--outDir', out]);
  // Read where they lie, beside what was compiled.
  cpSync(join(root, 'db', 'migrations'), join(out, 'db', 'migrations'), { recursive: true });
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(join(out, 'bench', 'main.js')).href);
});
