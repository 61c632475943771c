import { heldMachines, listEnvironments, nodesOf } from '../../db/environments.ts';
import { Refusal } from '../../engine/refusal.ts';
import { nearest } from '../command/nearest.ts';
import { blueprintDetails, blueprintList } from '../replies/blueprints.ts';
import { environmentList } from '../replies/environments.ts';
import { poolDetails, poolList } from '../replies/pools.ts';
import type { Handler } from './handler.ts';

/** What there is: pools, blueprints, environments. */

export const pool: Handler<'pool'> = async ({ database, providers }, { command }) => {
  if (command.pool !== null) {
    const provider = providers.get(command.pool);
    if (!provider) throw noSuch('pool', command.pool, [...providers.keys()]);
    return poolDetails(provider, await heldMachines(database.db, provider.pool));
  }
  const rows = [...providers.values()].map(async (provider) => ({
    provider,
    held: (await heldMachines(database.db, provider.pool)).length,
  }));
  return poolList(await Promise.all(rows));
};

export const blueprints: Handler<'blueprints'> = async ({ catalogue }, { command }) => {
  if (command.name !== null) return blueprintDetails(await catalogue.get(command.name));
  return blueprintList(await catalogue.all(), await catalogue.problems());
};

export const envs: Handler<'envs'> = async ({ database, links }) => {
  const environments = await listEnvironments(database.db);
  const rows = environments.map(async (environment) => ({
    environment,
    nodes: await nodesOf(database.db, environment.id),
  }));
  return environmentList(await Promise.all(rows), links);
};

function noSuch(what: string, name: string, known: readonly string[]): Refusal {
  const near = nearest(name, known);
  const hint = near ? `did you mean ${near}?` : `there are: ${known.join(', ') || 'none'}`;
  return new Refusal(`there is no ${what} ${name}`, hint);
}
