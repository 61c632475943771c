import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Nodes } from '../nodes.ts';
import type { Deployday } from './process.ts';

/** An environment that is measured. Each has a pool of its own, and pools may share nodes. */
export interface EnvironmentSpec {
  readonly name: string;
  readonly addresses: readonly string[];
  /** Where its nodes are reached, if not at sshd's own port. */
  readonly port?: number;
  readonly blueprint: BlueprintSpec;
}

/** As in blueprint.yaml (docs/blueprints.md). */
export interface BlueprintSpec {
  readonly name: string;
  /** Roles of one node each. Absent: all nodes are of the role `node`. */
  readonly roles?: readonly string[];
  readonly steps: readonly object[];
  readonly teardown?: readonly object[];
  /** Paths of files that are put beside it. */
  readonly files?: readonly string[];
  /** How its provision ends. */
  readonly ends: 'ready' | 'failed';
}

/**
 * For environments on which only `run` is used. Its provision fails on purpose: facts of hundreds of nodes, which are all
 * this machine, would take minutes and serve nobody.
 */
export const BARE: BlueprintSpec = {
  name: 'bare',
  steps: [{ id: 'stop', on: 'node', run: 'echo "this is enough for run" && exit 1' }],
  ends: 'failed',
};

/** Steps in a chain, each on all nodes. `reset` runs them all and nothing else: the first one as teardown. */
export function chain(name: string, steps: readonly object[]): BlueprintSpec {
  const chained = steps.map((step, i) => ({
    id: `step-${i + 1}`,
    on: 'node',
    ...(i > 1 ? { needs: [`step-${i}`] } : {}),
    ...step,
  }));
  return { name, steps: chained.slice(1), teardown: chained.slice(0, 1), ends: 'ready' };
}

/** Writes what a start needs: the configuration, with a pool for each environment, and the blueprints. */
export async function writeConfiguration(
  folder: string,
  nodes: Nodes,
  httpPort: number,
  environments: readonly EnvironmentSpec[],
): Promise<void> {
  const blueprints = join(folder, 'blueprints');
  const pools = environments.map(({ name, addresses, port = nodes.port }) => [
    name,
    {
      provider: 'ssh',
      user: nodes.user,
      key: nodes.keyFile,
      hostKeys: nodes.knownHostsFile,
      nodes: addresses.map((address, i) => ({ name: `n${i + 1}`, address, port })),
    },
  ]);
  const configuration = {
    data: join(folder, 'data'),
    http: { port: httpPort },
    pools: Object.fromEntries(pools),
    blueprints: [blueprints],
  };
  await mkdir(folder, { recursive: true });
  // JSON is YAML.
  await writeFile(join(folder, 'deployday.yaml'), JSON.stringify(configuration));
  for (const { blueprint } of environments) await writeBlueprint(blueprints, blueprint);
}

async function writeBlueprint(folder: string, spec: BlueprintSpec): Promise<void> {
  const { name, roles, steps, teardown, files = [] } = spec;
  await mkdir(join(folder, name), { recursive: true });
  for (const file of files) await copyFile(file, join(folder, name, basename(file)));
  const blueprint = {
    name,
    version: '1',
    summary: 'a measurement',
    roles: roles
      ? Object.fromEntries(roles.map((role) => [role, { count: 1 }]))
      : { node: { count: '1..500' } },
    steps,
    ...(teardown ? { reset: 'teardown', teardown } : {}),
  };
  await writeFile(join(folder, name, 'blueprint.yaml'), JSON.stringify(blueprint));
}

export async function provision(deployday: Deployday, environment: EnvironmentSpec): Promise<void> {
  const { name, blueprint, addresses } = environment;
  const count = blueprint.roles ? '' : ` node=${addresses.length}`;
  const line = `provision ${name} from ${blueprint.name} pool=${name}${count}`;
  const run = await deployday.begin(name, line);
  const told = await run.outcome;
  if (!told.startsWith(`${name} ${blueprint.ends}`)) throw new Error(`${line}: ${told}`);
}
