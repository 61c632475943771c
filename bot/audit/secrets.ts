import { findEnvironment, secretsInUse } from '../../db/environments.ts';
import type { Services } from '../handlers/handler.ts';
import type { Deed } from './deed.ts';

/** What must not be written down of a deed: secrets of environments, and those that the command gives itself. */
export async function secretsOf(
  { database, catalogue }: Pick<Services, 'database' | 'catalogue'>,
  { command }: Deed,
): Promise<string[]> {
  if (command === null) return [];
  const known = await secretsInUse(database.db);
  if (command.verb !== 'provision') return known;
  const values = Object.entries(command.settings);
  if (values.length === 0) return known;
  const name = command.blueprint ?? (await findEnvironment(database.db, command.environment))?.blueprint;
  const blueprint = name === undefined ? null : await catalogue.get(name).catch(() => null);
  // Of one that cannot be read, anything may be secret. What the blueprint does not know may be a slip in the name of a secret.
  const isOpen = (key: string) =>
    blueprint?.params[key]?.secret === false || blueprint?.roles[key] !== undefined;
  return [...known, ...values.flatMap(([key, value]) => (isOpen(key) ? [] : [value]))];
}
