/**
 * `npm start`: sets the clone up if need be and becomes the program, within this same process: signals, terminal and
 * exit code are the program's own.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare } from './prepare.js';
import { runSetup, SetupError } from './say.js';

const root = join(import.meta.dirname, '..');
const main = join(root, 'dist', 'bot', 'main.js');

await runSetup(async () => {
  await prepare(root);
  if (!existsSync(main))
    throw new SetupError('dist/bot/main.js is missing after the build: is bot/main.ts there?');
  endWithNpm();
  process.setSourceMapsEnabled(true);
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
});

/** npm passes SIGTERM and SIGINT on; if it is killed outright, end as if it had passed on SIGTERM. */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const npm = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 1000).unref();
}
