/**
 * `npm run test:days -- [options]`: sets the clone up if need be, builds the days of test/days/ and plays them. They
 * are no part of dist/, which is what people install.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runTool } from './build.js';
import { prepare } from './prepare.js';
import { runSetup } from './say.js';

const root = join(import.meta.dirname, '..');
const out = join(root, 'dist-days');

await runSetup(async () => {
  await prepare(root);
  runTool(root, 'typescript', 'tsc', ['-p', join('test', 'days', 'tsconfig.json'), '--outDir', out]);
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(join(out, 'test', 'days', 'main.js')).href);
});
