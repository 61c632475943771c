import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type Blueprint, DESTRUCTIVE_COMMANDS, type DestructiveCommand } from './blueprint.ts';
import { checkCached } from './cached.ts';
import { createCopyReader } from './copies.ts';
import { digestOf } from './digest.ts';
import { readFactSpec } from './fact-spec.ts';
import { checkOrder } from './order.ts';
import { readParams } from './params.ts';
import { createPlaybookReader } from './playbooks.ts';
import { readPrelude } from './prelude.ts';
import { BlueprintError, type BlueprintProblem, formatProblem } from './problem.ts';
import { readRoles } from './roles.ts';
import { createScriptReader, readSmallText, reason } from './scripts.ts';
import { complain, type Place, quote, readSource } from './source.ts';
import { type Names, readChecks, readSteps } from './steps.ts';
import { isName, readFields, readFlag, readLine, readList, readWord } from './values.ts';

const FILE = 'blueprint.yaml';

const KEYS = [
  'name',
  'version',
  'summary',
  'release',
  'packages',
  'prelude',
  'roles',
  'params',
  'steps',
  'checks',
  'facts',
  'reset',
  'teardown',
  'destructive',
] as const;

/** Loads the blueprint in folder `dir`. Rejects with {@link BlueprintError}, which holds everything that is wrong. */
export async function loadBlueprint(dir: string): Promise<Blueprint> {
  const file = join(dir, FILE);
  const found = await readSmallText(file, FILE).catch((error: unknown) => ({ problem: reason(error) }));
  if ('problem' in found)
    throw new BlueprintError([wholeFile(file, `cannot read the blueprint: ${found.problem}`)]);
  const { value, problems } = await readSource(file, found.text, (root) => readBlueprint(root, dir));
  if (problems.length > 0) throw new BlueprintError(problems);
  if (value === undefined) throw new BlueprintError([wholeFile(file, 'must be a map (key: value)')]);
  return value;
}

/**
 * Loads every blueprint of these parent folders, by name. A blueprint that cannot be used is among the problems and does not
 * hide the others; of two with one name the first counts.
 */
export async function loadBlueprints(
  parentFolders: readonly string[],
): Promise<{ blueprints: Map<string, Blueprint>; problems: BlueprintProblem[] }> {
  const blueprints = new Map<string, Blueprint>();
  const problems: BlueprintProblem[] = [];
  const foundIn = new Map<string, string>();
  for (const parent of parentFolders) {
    const { folders, problems: wrong } = await blueprintFolders(parent);
    problems.push(...wrong);
    for (const dir of folders) {
      try {
        const blueprint = await loadBlueprint(dir);
        const first = foundIn.get(blueprint.name);
        if (first === undefined) {
          foundIn.set(blueprint.name, dir);
          blueprints.set(blueprint.name, blueprint);
        } else if (resolve(first) !== resolve(dir)) {
          const message = `"${blueprint.name}" is also in ${first}; rename one of them`;
          problems.push({ ...wholeFile(join(dir, FILE), message), key: 'name' });
        }
      } catch (error) {
        if (!(error instanceof BlueprintError)) throw error;
        problems.push(...error.problems);
      }
    }
  }
  return { blueprints, problems };
}

/** Everything that is wrong with the blueprints of these parent folders, one line each; [] when all can be used. */
export async function checkBlueprints(parentFolders: readonly string[]): Promise<string[]> {
  return (await loadBlueprints(parentFolders)).problems.map(formatProblem);
}

async function blueprintFolders(
  parent: string,
): Promise<{ folders: string[]; problems: BlueprintProblem[] }> {
  const folders: string[] = [];
  const problems: BlueprintProblem[] = [];
  try {
    for (const name of (await readdir(parent)).sort()) {
      if (name.startsWith('.')) continue;
      const dir = join(parent, name);
      const files = await readdir(dir).catch((): string[] => []);
      if (files.includes(FILE)) folders.push(dir);
      else if (files.includes('blueprint.yml')) {
        problems.push(wholeFile(join(dir, 'blueprint.yml'), `is not looked at: rename it to ${FILE}`));
      }
    }
  } catch (error) {
    problems.push(wholeFile(parent, `cannot read this folder of blueprints: ${reason(error)}`));
  }
  return { folders, problems };
}

function readDestructive(place: Place | undefined): DestructiveCommand[] {
  const words = (readList(place) ?? []).map((item) => readWord(item, DESTRUCTIVE_COMMANDS));
  return [...new Set(words.filter((word) => word !== undefined))];
}

async function readBlueprint(root: Place, dir: string): Promise<Blueprint | undefined> {
  const fields = readFields(root, KEYS);
  if (fields === undefined) return undefined;
  const at = (key: (typeof KEYS)[number]) => fields.get(key);
  for (const key of ['name', 'version', 'summary', 'roles', 'steps'] as const) {
    if (!fields.has(key)) complain(root, `has no ${key}`);
  }
  const params = readParams(at('params'));
  const roles = readRoles(at('roles'), params);
  const names: Names = {
    roles,
    params,
    script: createScriptReader(dir),
    copy: createCopyReader(dir),
    playbook: createPlaybookReader(dir),
    ids: new Map(),
  };
  const release = readLine(at('release'));
  const prelude = await readPrelude(at('prelude'), names);
  const steps = await readSteps(at('steps'), names);
  const checks = await readChecks(at('checks'), names, steps);
  const facts = await readFactSpec(at('facts'), names);
  const teardown = await readSteps(at('teardown'), names);
  checkOrder(steps);
  checkOrder(teardown);
  checkCached(steps, params, teardown);
  const stepsPlace = at('steps');
  if (stepsPlace !== undefined && steps.length === 0) complain(stepsPlace, 'has no step');
  const resetPlace = at('reset');
  const reset = readWord(resetPlace, ['snapshot', 'teardown', 'reinstall']) ?? 'snapshot';
  if (resetPlace !== undefined && reset === 'teardown' && teardown.length === 0) {
    complain(resetPlace, 'is teardown, but there are no teardown steps');
  }
  const blueprint: Omit<Blueprint, 'digest'> = {
    name: readName(at('name'), dir) ?? '',
    version: readLine(at('version')) ?? '',
    summary: readLine(at('summary')) ?? '',
    ...(release !== undefined && { release }),
    roles,
    params,
    prelude,
    steps: steps.map(({ step }) => step),
    checks,
    facts,
    reset,
    teardown: teardown.map(({ step }) => step),
    ...(at('destructive') !== undefined && { destructive: readDestructive(at('destructive')) }),
    packages: readFlag(at('packages')) ?? false,
  };
  return { ...blueprint, digest: digestOf(blueprint) };
}

function readName(place: Place | undefined, dir: string): string | undefined {
  const name = readLine(place);
  if (place === undefined || name === undefined || !isName(place, name)) return undefined;
  const folder = basename(resolve(dir));
  if (name !== folder)
    complain(place, `${quote(name)} lies in folder ${quote(folder)}: both must have one name`);
  return name;
}

function wholeFile(file: string, message: string): BlueprintProblem {
  return { file, line: 1, column: 1, key: '', message };
}
