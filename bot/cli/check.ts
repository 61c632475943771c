import { checkBlueprints } from '../../engine/blueprint/load.ts';
import { ConfigError } from '../config.ts';
import type { Invocation } from './invocation.ts';

/** `deployday check`: the configuration was read by now; its blueprints are what is left. */
export async function check({ config }: Invocation): Promise<number> {
  for (const warning of config.warnings) process.stdout.write(`warning: ${warning}\n`);
  const problems = await checkBlueprints(config.blueprints);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) return 2;
  process.stdout.write(`configuration ${config.file ?? '(embedded defaults)'} and its blueprints are good\n`);
  return 0;
}

/** Where the configuration cannot be used: it says what is wrong in its blueprints, too, if these can be found. Always rejects. */
export async function withBlueprints(error: unknown): Promise<never> {
  if (!(error instanceof ConfigError) || error.blueprints === null) throw error;
  throw new ConfigError([...error.problems, ...(await checkBlueprints(error.blueprints))], error.blueprints);
}
