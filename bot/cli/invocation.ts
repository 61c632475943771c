import type { Config } from '../config.ts';

/** What every subcommand gets. */
export interface Invocation {
  readonly config: Config;
  readonly packageRoot: string;
  readonly version: string;
}
