/**
 * The built program with a clock that whoever plays the day moves: `node bot.js DIST CONFIGURATION`, with the first time in
 * DAY_CLOCK and later ones as messages of the parent process. Ends as the program does; and when the parent is gone.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , dist = '', file = ''] = process.argv;
/** @param {string} name */
const part = (name) => import(pathToFileURL(join(dist, 'bot', name)).href);
const { createApp } = await part('app.js');
const { loadConfig } = await part('config.js');

let clock = { time: Number(process.env.DAY_CLOCK), since: performance.now() };
process.on('message', (/** @type {{ time: number }} */ { time }) => {
  clock = { time, since: performance.now() };
  process.send?.({ time });
});
process.on('disconnect', () => process.exit(1));

/** @param {string} line */
const say = (line) => process.stdout.write(`${line}\n`);
const config = await loadConfig({ file, env: process.env, cwd: process.cwd() });
const app = await createApp({
  config,
  packageRoot: join(dist, '..'),
  version: '0.0.0-day',
  terminal: null,
  say,
  log: { info: say, warn: say, error: say },
  now: () => new Date(clock.time + Math.floor(performance.now() - clock.since)),
});
process.once('SIGTERM', async () => {
  await app.stop();
  process.exit(0);
});
