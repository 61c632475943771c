import type { Guide } from '../adapters/adapter.ts';
import { type Environment, findEnvironment, nodesOf } from '../db/environments.ts';
import { snapshotsOf } from '../db/snapshots.ts';
import type { Blueprint } from '../engine/blueprint/blueprint.ts';
import { Refusal } from '../engine/refusal.ts';
import { type CompletionContext, namesFor } from './command/complete.ts';
import { findSpec } from './command/registry.ts';
import { SETTINGS } from './command/shapes.ts';
import type { Services } from './handlers/handler.ts';
import { createKnownNames } from './known-names.ts';

/** As many as a service shows. */
const MOST = 25;

/** Looks up what an option of a menu may be, while it is being typed. */
export function createOffers(services: Services): Guide['complete'] {
  const names = createKnownNames(services);
  const { catalogue, database } = services;

  return async (verb, option, typed, given) => {
    const spec = findSpec(verb);
    const argument = spec?.arguments.find(({ name }) => name === option);
    const place = argument?.kind === 'node' ? typed : (given.node ?? given.environment ?? '');
    const name = place.split('/')[0] ?? '';
    const environment = name === '' ? null : await findEnvironment(database.db, name);
    const used = given.blueprint ?? environment?.blueprint;
    const blueprint = used === undefined ? null : await orNull(catalogue.get(used));
    if (option === SETTINGS) return blueprint ? settings(blueprint, typed) : [];
    if (!argument) return [];
    const context = { ...(await names.read()), ...(await inside(environment, blueprint)) };
    const wanted = typed.toLowerCase();
    const offers = namesFor(argument, name, typed, context).filter((offer) => offer.startsWith(wanted));
    return [...new Set(offers)].sort().slice(0, MOST);
  };

  /** What there is within one environment. */
  async function inside(
    environment: Environment | null,
    blueprint: Blueprint | null,
  ): Promise<Partial<CompletionContext>> {
    if (!environment) return {};
    const nodes = await nodesOf(database.db, environment.id);
    const snapshots = await snapshotsOf(database.db, environment.id);
    return {
      nodes: { [environment.name]: nodes.flatMap(({ name, role }) => [name, role]) },
      snapshots: {
        [environment.name]: snapshots.map(({ name }) => name).filter((name) => name !== 'baseline'),
      },
      ...(blueprint
        ? {
            steps: { [environment.name]: [...blueprint.steps, ...blueprint.checks].map(({ id }) => id) },
            topics: blueprint.facts.scripts.map(({ topic }) => topic),
          }
        : {}),
    };
  }
}

/** `size=mini comp` may go on to `size=mini compute=`; after the `=`, to the values that the parameter allows. */
export function settings(blueprint: Blueprint, typed: string): string[] {
  const last = typed.slice(typed.lastIndexOf(' ') + 1);
  const before = typed.slice(0, typed.length - last.length);
  const words = [
    ...Object.entries(blueprint.params).flatMap(([name, { choices }]) =>
      last.startsWith(`${name}=`) ? (choices ?? []).map((choice) => `${name}=${choice}`) : [`${name}=`],
    ),
    ...Object.entries(blueprint.roles).flatMap(([role, { count }]) =>
      count.min < count.max ? [`${role}=`] : [],
    ),
  ];
  return words
    .filter((word) => word.startsWith(last) && word !== last)
    .filter((word) => !before.split(' ').some((other) => other.startsWith(word.replace(/=.*/, '='))))
    .map((word) => before + word)
    .slice(0, MOST);
}

/** Null where there is no such thing, or where it cannot be used. */
export async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
