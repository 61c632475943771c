import { listEnvironments } from '../db/environments.ts';
import { Refusal } from '../engine/refusal.ts';
import { parse } from './command/parse.ts';
import type { Services } from './handlers/handler.ts';
import { mistake, refusal } from './replies/refusals.ts';

/**
 * Why a command line could not be done as it stands; null: nothing is known against it. Does nothing of it: of `provision` the plan is made, of other
 * commands only the words are read. Who may do it, and whether others agree, shows when it is done.
 */
export async function objectionTo(
  { database, catalogue, providers, engine }: Services,
  line: string,
): Promise<string | null> {
  const [environments, blueprints] = await Promise.all([listEnvironments(database.db), catalogue.names()]);
  const parsed = parse(line, {
    environments: environments.map(({ name }) => name),
    blueprints,
    pools: [...providers.keys()],
  });
  if (!parsed.ok) return mistake(parsed.problem).text;
  const { command } = parsed;
  if (command.verb !== 'provision') return null;
  try {
    await engine.plan(command);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return refusal(error).text;
    throw error;
  }
}
