import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseMeter } from './cpu/choose-meter.ts';
import { fanout } from './fanout.ts';
import { readOptions, USAGE, UsageError } from './options.ts';

/** Measures, and puts everything back as it was, also when a signal ends it. */
async function main(words: readonly string[]): Promise<void> {
  const options = readOptions(words);
  const folder = await mkdtemp(join(tmpdir(), 'deployday-bench-'));
  const meter = await chooseMeter(folder);
  const closes: (() => Promise<void>)[] = [
    () => rm(folder, { recursive: true, force: true, maxRetries: 10 }),
  ];
  closes.push(() => meter.remove());
  const end = async () => {
    for (const close of closes.splice(0).reverse()) await close().catch((error: Error) => say(error.message));
  };
  try {
    const measured = fanout(options, {
      packageRoot: join(import.meta.dirname, '..', '..'),
      print: (text) => process.stdout.write(`${text}\n`),
      atEnd: (close) => void closes.push(close),
      ...{ folder, meter, say },
    });
    await Promise.race([measured, stopped()]);
  } finally {
    await end();
  }
}

/** npm passes on a signal that its whole process group got already: what comes so soon after the first is the same one. */
const SAME_SIGNAL_MS = 1_000;

/** Rejects at the first SIGINT or SIGTERM, to end in order; a later one ends the process at once. */
function stopped(): Promise<never> {
  return new Promise((_, reject) => {
    let asked: number | null = null;
    const take = (signal: NodeJS.Signals) => {
      if (asked !== null && Date.now() - asked > SAME_SIGNAL_MS) process.exit(1);
      asked ??= Date.now();
      reject(new Error(`stopped by ${signal}`));
    };
    process.on('SIGINT', take);
    process.on('SIGTERM', take);
  });
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  say(error instanceof UsageError ? `${error.message}\n${USAGE}` : ((error as Error).stack ?? String(error)));
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
