import { findEnvironment, listEnvironments, nodesEverOf, nodesOf } from '../../db/environments.ts';
import { latestRuns, stepNames, tasksOf } from '../../db/runs.ts';
import { snapshotsOf } from '../../db/snapshots.ts';
import { nodeNames } from '../../engine/node-names.ts';
import { lastLines, type OutputLine } from '../../engine/output/read-lines.ts';
import { noEnvironment, Refusal } from '../../engine/refusal.ts';
import { mayBeRepaired } from '../../engine/to-repair.ts';
import { nearest } from '../command/nearest.ts';
import { LOG_LINES } from '../command/tail-lines.ts';
import { environmentList } from '../replies/environments.ts';
import { logExcerpt } from '../replies/logs.ts';
import { statusBoard } from '../replies/status.ts';
import type { Handler, Services } from './handler.ts';

/** Looking at what is or was going on; starts nothing. */

export const status: Handler<'status'> = async (services, { command }) => {
  const { database, links } = services;
  if (command.environment === null) {
    const environments = await listEnvironments(database.db);
    const rows = environments.map(async (environment) => ({
      environment,
      nodes: await nodesOf(database.db, environment.id),
    }));
    return environmentList(await Promise.all(rows), links);
  }
  const environment = await existing(services, command.environment);
  const [run] = await latestRuns(database.db, environment.id, 1);
  return statusBoard({
    environment,
    nodes: await nodesOf(database.db, environment.id),
    run: run ? { run, tasks: await tasksOf(database.db, run.id) } : null,
    snapshots: await snapshotsOf(database.db, environment.id),
    mayBeRepaired: await mayBeRepaired(database.db, environment),
    links,
  });
};

/** Runs in which output is looked for, the latest first. */
const RUNS_LOOKED_AT = 20;
/** Steps that are named to whom asked for one that there is not. */
const STEPS_NAMED = 12;

export const logs: Handler<'logs'> = async (services, { command }) => {
  const { database, links } = services;
  const environment = await existing(services, command.environment);
  const { node, step } = command;
  const wanted = command.tail ?? LOG_LINES.usual;
  const runs = await latestRuns(database.db, environment.id, RUNS_LOOKED_AT);
  for (const run of runs) {
    const lines = await lastLines(database.db, run.id, wanted, { node, step });
    if (lines.length === 0) continue;
    const where = node ? null : await onlyNode(services, environment.id, lines);
    return logExcerpt(environment.name, run, lines, links.log(run.id, { node, step }), where);
  }
  const nodes = await nodesOf(database.db, environment.id);
  if (node && !nodes.some(({ name }) => name === node)) {
    const there = nodes.map(({ name }) => name).join(', ');
    throw new Refusal(
      `${environment.name} has no node ${node}, and none of its last runs has output of one`,
      there === '' ? `envs lists what there is` : `its nodes: ${there}`,
    );
  }
  if (step) {
    const steps = await stepNames(
      database.db,
      runs.map(({ id }) => id),
    );
    if (!steps.includes(step)) throw noStep(environment.name, step, steps);
  }
  const where = [node && `node ${node}`, step && `step ${step}`].filter(Boolean).join(', ');
  return { text: `${environment.name}: no output${where ? ` of ${where}` : ''} in its last runs` };
};

/** The one node that all of these lines are of, where its role has others, which they might be of as well. */
async function onlyNode({ database }: Services, environmentId: number, lines: readonly OutputLine[]) {
  const [name, ...others] = new Set(lines.map((line) => line.node));
  if (name === null || others.length > 0) return null;
  const nodes = await nodesEverOf(database.db, environmentId);
  const node = nodes.find((one) => one.name === name);
  return node ? nodeNames(nodes).amongSeveral({ nodeId: node.id }) : null;
}

function noStep(environment: string, step: string, steps: readonly string[]): Refusal {
  const near = nearest(step, steps);
  const named = steps.slice(0, STEPS_NAMED).join(', ');
  const hint = near ? `did you mean ${near}?` : `their steps: ${named || 'none'}`;
  return new Refusal(
    `the last runs on ${environment} have no step ${step}`,
    steps.length > STEPS_NAMED && !near ? `${hint} and ${steps.length - STEPS_NAMED} more` : hint,
  );
}

async function existing({ database }: Services, name: string) {
  const environment = await findEnvironment(database.db, name);
  if (!environment) throw noEnvironment(name);
  return environment;
}
