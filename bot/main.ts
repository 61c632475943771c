#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DataFolderError } from '../db/embedded/problem.ts';
import { check, withBlueprints } from './cli/check.ts';
import { bot, worker } from './cli/distributed.ts';
import type { Invocation } from './cli/invocation.ts';
import { labDestroy } from './cli/lab.ts';
import { migrateDatabase } from './cli/migrate.ts';
import { serve } from './cli/serve.ts';
import { packageRoot } from './config/package-root.ts';
import { ConfigError, loadConfig } from './config.ts';
import { StartError } from './start-error.ts';

const USAGE = `deployday [--config FILE]                run everything: chat, page, worker
deployday bot [--config FILE]            chat and page only; needs DATABASE_URL, as do workers
deployday worker [--config FILE]         drive runs only; any number, on any machines
deployday check [--config FILE]          check the configuration and its blueprints
deployday migrate [--config FILE]        bring the database to this version
deployday lab destroy [--config FILE]    remove the lab's machines, network and files from this host
deployday --version | --help`;

/** Returns the exit code; wrong usage and wrong configuration are 2, as for a start that is refused. */
async function main(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { config: { type: 'string' }, help: { type: 'boolean' }, version: { type: 'boolean' } },
  });
  const root = packageRoot();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  if (values.version) return print(`deployday ${version}`);
  if (values.help) return print(USAGE);
  const words = positionals.join(' ');
  const run = subcommand(words);
  if (!run) throw new StartError(`there is no "deployday ${words}"; there are:\n${USAGE}`);
  const file = values.config === undefined ? {} : { file: values.config };
  const loading = loadConfig({ ...file, env: process.env, cwd: process.cwd() });
  const config = await (words === 'check' ? loading.catch(withBlueprints) : loading);
  return run({ config, packageRoot: root, version });
}

function subcommand(words: string): ((invocation: Invocation) => Promise<number>) | null {
  switch (words) {
    case '':
      return (invocation) => serve(invocation);
    case 'bot':
      return bot;
    case 'worker':
      return worker;
    case 'check':
      return check;
    case 'migrate':
      return migrateDatabase;
    case 'lab destroy':
      return labDestroy;
    default:
      return null;
  }
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const lines = refusedBecause(error as Error);
  if (lines === null) throw error;
  for (const line of lines) process.stderr.write(`deployday: ${line}\n`);
  process.exitCode = 2;
}

/** The lines to print when the start is refused; null for what is our own fault and deserves a stack. */
function refusedBecause(error: Error & { code?: string }): readonly string[] | null {
  if (error instanceof ConfigError) return error.problems;
  if (error instanceof StartError || error instanceof DataFolderError) return [error.message];
  if (error.code?.startsWith('ERR_PARSE_ARGS')) return [error.message];
  return null;
}
