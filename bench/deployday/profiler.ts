/**
 * Loaded into Deployday's process by `--profile`: SIGUSR2 starts a CPU profile, the next one ends it and writes it to the
 * folder that DEPLOYDAY_PROFILE names.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';

const folder = process.env.DEPLOYDAY_PROFILE ?? '.';
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.setSamplingInterval', { interval: 500 });
let count = 0;
let running = false;

process.on('SIGUSR2', () => {
  running = !running;
  if (running) return session.post('Profiler.start');
  session.post('Profiler.stop', (error, stopped) => {
    if (error) throw error;
    count += 1;
    const file = join(folder, `${count}.cpuprofile`);
    writeFileSync(`${file}.part`, JSON.stringify(stopped.profile));
    renameSync(`${file}.part`, file);
  });
});
