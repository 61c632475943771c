import { type Contender, mustAnswer } from '../contender.ts';
import { deploydayContender, nodeName } from '../deployday/contender.ts';
import { BARE } from '../deployday/environments.ts';
import { ansibleRaw } from '../peers/ansible.ts';
import { clushCommand } from '../peers/clush.ts';
import { sshCommand } from '../peers/openssh.ts';
import { pdshCommand } from '../peers/pdsh.ts';
import { contendersOf } from '../peers/peers.ts';
import { psshCommand } from '../peers/pssh.ts';
import { addressesOf, type Site, type WorkPlan } from './site.ts';

const ENVIRONMENT = 'one';
const COMMAND = 'echo all is well here';
const LINES = ['all is well here'];

/** One command on many nodes, to which nobody is connected yet. */
export const oneCommand: WorkPlan = {
  id: 'w1',
  environments: (ground) => [
    { name: ENVIRONMENT, addresses: addressesOf(ground, ground.sizes.oneCommand.nodes), blueprint: BARE },
  ],
  work(site) {
    const { nodes } = site.sizes.oneCommand;
    const asked = { addresses: addressesOf(site, nodes), commands: [COMMAND], lines: LINES };
    return {
      id: 'w1',
      title: `one command on ${nodes} nodes`,
      contenders: [
        ourCommand(site, ENVIRONMENT, nodes),
        ...contendersOf(site, {
          openssh: [sshCommand(site.tools, asked)],
          pssh: [psshCommand(site.tools, asked)],
          pdsh: [pdshCommand(site.tools, asked)],
          clush: [clushCommand(site.tools, asked)],
          ansible: [ansibleRaw(site.tools, asked)],
        }),
      ],
    };
  },
};

/** The same command by Deployday, on so many nodes of an environment. */
export function ourCommand(
  { deployday, groups }: Site,
  environment: string,
  nodes: number,
  name?: string,
): Contender {
  const names = Array.from({ length: nodes }, (_, i) => nodeName(i + 1));
  return deploydayContender(deployday, groups, {
    ...(name ? { name } : {}),
    environment,
    nodes,
    line: `run ${environment} -- ${COMMAND}`,
    check: (answers) => mustAnswer(answers, names, LINES),
  });
}
