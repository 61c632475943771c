/** The configuration cannot be used. `problems` holds everything that is wrong, one line each; no secret is in them. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  /** The folders of blueprints that it names; null where that cannot be told. */
  readonly blueprints: readonly string[] | null;
  constructor(problems: readonly string[], blueprints: readonly string[] | null = null) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
    this.blueprints = blueprints;
  }
}
