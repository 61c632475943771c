/** One thing that is wrong with a blueprint, and where. */
export interface BlueprintProblem {
  /** As it was named to the loader: `blueprints/essex/blueprint.yaml`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** The way to the value: `steps[3].needs`; '' for the whole file. */
  readonly key: string;
  readonly message: string;
}

/** `blueprints/x/blueprint.yaml:12: steps[3].needs: no step "databse"; did you mean "database"?` */
export function formatProblem(problem: BlueprintProblem): string {
  const key = problem.key === '' ? '' : `${problem.key}: `;
  return `${problem.file}:${problem.line}: ${key}${problem.message}`;
}

/** A blueprint cannot be used; `problems` holds everything that is wrong with it, in the file's order, one or more. */
export class BlueprintError extends Error {
  readonly problems: readonly BlueprintProblem[];
  constructor(problems: readonly BlueprintProblem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'BlueprintError';
    this.problems = problems;
  }
}
