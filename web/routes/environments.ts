import type { FastifyInstance } from 'fastify';
import { findEnvironment, listEnvironments } from '../../db/environments.ts';
import { environmentView, environmentViews, runViews } from '../../db/views.ts';
import { nearest } from '../../engine/blueprint/nearest.ts';
import { mayBeRepaired } from '../../engine/to-repair.ts';
import { blueprints, type Environment, environment, environments, pools } from '../answers.ts';
import type { WebContext } from '../context.ts';
import { environmentParams, read } from '../input.ts';
import { notFound, type Problem } from '../problem.ts';
import { shownEnvironment, shownSummary } from '../shown.ts';

/** Runs that are given with an environment. */
const RUNS_SHOWN = 20;

export function environmentRoutes(app: FastifyInstance, context: WebContext): void {
  const { database, publicUrl } = context;

  app.get(
    '/api/environments',
    { config: { api: { summary: 'Environments, their nodes and last runs', answer: environments } } },
    async () => {
      const views = await environmentViews(database.db);
      return { environments: views.map((view) => shownEnvironment(publicUrl, view)) };
    },
  );

  app.get(
    '/api/environments/:name',
    { config: { api: { summary: 'One environment', params: environmentParams, answer: environment } } },
    async (request): Promise<Environment> => {
      const { name } = read(environmentParams, request.params);
      const [view, found, runs] = await Promise.all([
        environmentView(database.db, name),
        findEnvironment(database.db, name),
        runViews(database.db, { environment: name, limit: RUNS_SHOWN }),
      ]);
      if (!view) throw await unknownEnvironment(context, name);
      return {
        ...view,
        ...shownEnvironment(publicUrl, view),
        params: { ...view.params },
        snapshots: [...view.snapshots],
        mayBeRepaired: found !== null && (await mayBeRepaired(database.db, found)),
        runs: runs.map((run) => shownSummary(publicUrl, run)),
      };
    },
  );

  app.get(
    '/api/pools',
    { config: { api: { summary: 'Where machines come from', answer: pools } } },
    async () => ({ pools: await context.pools() }),
  );

  app.get(
    '/api/blueprints',
    { config: { api: { summary: 'What can be provisioned', answer: blueprints } } },
    async () => ({ blueprints: [...(await context.blueprints())] }),
  );
}

/** Says which name may have been meant, of those that are there: nobody can do anything with one that was destroyed. */
export async function unknownEnvironment(context: WebContext, name: string): Promise<Problem> {
  const names = (await listEnvironments(context.database.db)).map((each) => each.name);
  const meant = nearest(name, names);
  const hint =
    meant !== undefined
      ? `Did you mean "${meant}"? ${context.publicUrl}/environments/${encodeURIComponent(meant)}`
      : names.length > 0
        ? `There ${names.length === 1 ? 'is' : 'are'}: ${names.slice(0, 10).join(', ')}${names.length > 10 ? ' …' : ''}.`
        : 'There are none: type "provision demo from hello" in the chat.';
  return notFound(`There is no environment "${name}".`, hint);
}
