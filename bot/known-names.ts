import { listEnvironments } from '../db/environments.ts';
import type { CompletionContext } from './command/complete.ts';
import type { Services } from './handlers/handler.ts';

/** The names that there are: for suggestions and for completing a line. Nothing is refused by them. */
export interface KnownNames {
  /** As they are now. */
  read(): Promise<CompletionContext>;
  /** As last read: a line is completed while it is typed, and cannot wait. */
  last(): CompletionContext;
}

export function createKnownNames({ database, catalogue, providers }: Services): KnownNames {
  let last: CompletionContext = { environments: [], blueprints: [], pools: [...providers.keys()] };
  return {
    async read() {
      const [environments, blueprints] = await Promise.all([
        listEnvironments(database.db),
        catalogue.names(),
      ]);
      last = { environments: environments.map((row) => row.name), blueprints, pools: [...providers.keys()] };
      return last;
    },
    last: () => last,
  };
}
