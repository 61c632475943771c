import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Nodes } from '../nodes.ts';

/** An environment that the measurements use. Each has a pool of its own, and pools may share nodes. */
export interface EnvironmentSpec {
  readonly name: string;
  readonly addresses: readonly string[];
  /** Where its nodes are reached, if not at sshd's own port. */
  readonly port?: number;
  readonly blueprint: Blueprint;
}

/** As in blueprint.yaml; docs/blueprints.md. */
export interface Blueprint {
  readonly name: string;
  readonly steps: readonly object[];
  readonly teardown?: readonly object[];
}

/** Writes what a start needs: the configuration, with a pool for each environment, and the blueprints. */
export async function writeHome(
  folder: string,
  nodes: Nodes,
  httpPort: number,
  environments: readonly EnvironmentSpec[],
): Promise<void> {
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
  const blueprints = join(folder, 'blueprints');
  // JSON is YAML.
  const configuration = {
    data: join(folder, 'data'),
    http: { port: httpPort },
    pools: Object.fromEntries(pools),
    blueprints: [blueprints],
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'deployday.yaml'), JSON.stringify(configuration));
  for (const { blueprint } of environments) {
    const { name, steps, teardown } = blueprint;
    await mkdir(join(blueprints, name), { recursive: true });
    const text = JSON.stringify({
      name,
      version: '1',
      summary: 'a measurement',
      roles: { node: { count: '1..500' } },
      steps,
      ...(teardown ? { reset: 'teardown', teardown } : {}),
    });
    await writeFile(join(blueprints, name, 'blueprint.yaml'), text);
  }
}
