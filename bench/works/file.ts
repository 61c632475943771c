import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { deploydayContender } from '../deployday/contender.ts';
import type { BlueprintSpec } from '../deployday/environments.ts';
import { ansibleCopy } from '../peers/ansible.ts';
import { scp } from '../peers/openssh.ts';
import { contendersOf } from '../peers/peers.ts';
import { addressesOf, type Ground, type WorkPlan } from './site.ts';

const ENVIRONMENT = 'file';

/** A file to many nodes. They share a disk, so on each it gets another name. */
export const file: WorkPlan = {
  id: 'w4',
  environments: (ground) => [
    {
      name: ENVIRONMENT,
      addresses: addressesOf(ground, ground.sizes.file.nodes),
      blueprint: blueprint(ground),
    },
  ],
  work(site) {
    const { nodes, megabytes } = site.sizes.file;
    const addresses = addressesOf(site, nodes);
    const put = (who: string) => ({ addresses, file: payload(site), ...targetOf(site, who, addresses) });
    const ours = targetOf(site, 'deployday', rolesOf(site));
    return {
      id: 'w4',
      title: `a file of ${megabytes} MB to ${nodes} nodes`,
      contenders: [
        deploydayContender(site.deployday, site.groups, {
          environment: ENVIRONMENT,
          nodes,
          line: `reset ${ENVIRONMENT}`,
          prepare: ours.prepare,
          check: ours.check,
        }),
        ...contendersOf(site, {
          openssh: [scp(site.tools, put('scp'))],
          ansible: [ansibleCopy(site.tools, put('ansible'))],
        }),
      ],
    };
  },
};

const rolesOf = ({ sizes }: Pick<Ground, 'sizes'>) =>
  Array.from({ length: sizes.file.nodes }, (_, i) => `n${i + 1}`);

/** A step copies to one path: so every node has a role and a step of its own. What `reset` begins with does nothing. */
function blueprint(ground: Ground): BlueprintSpec {
  const roles = rolesOf(ground);
  const { target } = targetOf(ground, 'deployday', roles);
  mkdirSync(target, { recursive: true });
  const copies = roles.map((role) => ({
    id: `copy-${role}`,
    on: role,
    copy: { from: 'payload', to: join(target, role) },
  }));
  const nothing = { id: 'nothing', on: roles[0], run: ':' };
  return { name: 'file', roles, steps: copies, teardown: [nothing], files: [payload(ground)], ends: 'ready' };
}

/** The file, of bytes that do not compress. */
function payload({ nodes, sizes }: Ground): string {
  const path = join(nodes.home, 'payload');
  if (!existsSync(path)) writeFileSync(path, randomBytes(sizes.file.megabytes * 1_000_000));
  return path;
}

/** Where the nodes keep what they are sent by one contender. */
function targetOf(ground: Ground, who: string, names: readonly string[]) {
  const target = join(ground.nodes.home, 'files', who);
  return {
    target,
    async prepare() {
      await rm(target, { recursive: true, force: true });
      await mkdir(target, { recursive: true });
    },
    async check() {
      const expected = await digestOf(payload(ground));
      for (const name of names) {
        const found = await digestOf(join(target, name)).catch(() => 'not there');
        if (found !== expected) throw new Error(`the file on ${name} is ${found}, expected ${expected}`);
      }
    },
  };
}

const digestOf = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
