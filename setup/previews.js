/**
 * `npm run docs:previews`: sets the clone up if need be, builds test/previews/ and draws what each chat service shows of each
 * kind of reply: docs/replies.md and its images. They are no part of dist/, which is what people install.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runTool } from './build.js';
import { prepare } from './prepare.js';
import { runSetup } from './say.js';

const root = join(import.meta.dirname, '..');
const out = join(root, 'dist-previews');

await runSetup(async () => {
  await prepare(root);
  runTool(root, 'typescript', 'tsc', ['-p', join('test', 'previews', 'tsconfig.json'), '--outDir', out]);
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(join(out, 'test', 'previews', 'main.js')).href);
});
