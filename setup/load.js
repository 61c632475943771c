/**
 * `npm run test:load -- [options]`: sets the clone up if need be, builds test/load/ and runs it. It
 * is no part of dist/, which is what people install.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runTool } from './build.js';
import { prepare } from './prepare.js';
import { runSetup } from './say.js';

const root = join(import.meta.dirname, '..');
const out = join(root, 'dist-load');

await runSetup(async () => {
  await prepare(root);
  runTool(root, 'typescript', 'tsc', ['-p', join('test', 'load', 'tsconfig.json'), '--outDir', out]);
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(join(out, 'test', 'load', 'main.js')).href);
});
