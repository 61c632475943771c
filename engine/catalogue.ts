import type { Blueprint } from './blueprint/blueprint.ts';
import { keptWhileUnchanged } from './blueprint/kept.ts';
import { loadBlueprints } from './blueprint/load.ts';
import { nearest } from './blueprint/nearest.ts';
import { formatProblem } from './blueprint/problem.ts';
import { Refusal } from './refusal.ts';

/** The blueprints there are, looked at anew at each question: an edited file counts from the next provision on. */
export interface BlueprintCatalogue {
  all(): Promise<Blueprint[]>;
  names(): Promise<string[]>;
  /** Throws {@link Refusal} when there is none of that name, or when it has mistakes. */
  get(name: string): Promise<Blueprint>;
  /** One line per mistake in the folders' blueprints. */
  problems(): Promise<string[]>;
}

export function createCatalogue(folders: readonly string[]): BlueprintCatalogue {
  const load = keptWhileUnchanged(folders, () => loadBlueprints(folders));
  return {
    all: async () => [...(await load()).blueprints.values()],
    names: async () => [...(await load()).blueprints.keys()],
    problems: async () => (await load()).problems.map(formatProblem),
    async get(name) {
      const { blueprints, problems } = await load();
      const blueprint = blueprints.get(name);
      if (blueprint) return blueprint;
      const own = problems.filter((problem) => problem.file.includes(`/${name}/`));
      if (own.length > 0) {
        throw new Refusal(
          `blueprint ${name} has mistakes: ${own[0]?.message}`,
          'deployday check lists them all',
        );
      }
      const near = nearest(name, [...blueprints.keys()]);
      throw new Refusal(
        `there is no blueprint ${name}`,
        near ? `did you mean ${near}?` : `blueprints here: ${[...blueprints.keys()].join(', ')}`,
      );
    },
  };
}
