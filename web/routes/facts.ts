import type { FastifyInstance } from 'fastify';
import { findEnvironment } from '../../db/environments.ts';
import { type GatheredState, latestRecords, stateOf } from '../../db/facts.ts';
import { withoutHashes } from '../../engine/diff/secrets.ts';
import { type Facts, facts } from '../answers.ts';
import type { WebContext } from '../context.ts';
import { environmentParams, read } from '../input.ts';
import { plainCell } from '../shown.ts';
import { unknownEnvironment } from './environments.ts';

/** What was last seen on an environment's nodes. */
export function factRoutes(app: FastifyInstance, context: WebContext): void {
  const { database } = context;
  app.get(
    '/api/environments/:name/facts',
    {
      config: {
        api: {
          summary: "What was last seen on an environment's nodes",
          params: environmentParams,
          answer: facts,
        },
      },
    },
    async (request): Promise<Facts> => {
      const { name } = read(environmentParams, request.params);
      const environment = await findEnvironment(database.db, name);
      if (!environment) throw await unknownEnvironment(context, name);
      const state = await stateOf(database.db, await latestRecords(database.db, environment.id));
      return { environment: name, at: state.at?.toISOString() ?? null, nodes: shown(state.facts) };
    },
  );
}

/** The beginning of a secret's hash is for comparing only, and a file's name may have control characters. */
function shown(nodes: GatheredState['facts']): Facts['nodes'] {
  return map(nodes, (topics) =>
    map(topics, (topic) => map(topic, (value) => plainCell(withoutHashes(value)))),
  );
}

function map<From, To>(
  record: Readonly<Record<string, From>>,
  each: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [plainCell(key), each(value)]));
}
