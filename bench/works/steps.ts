import { mustAnswer } from '../contender.ts';
import { deploydayContender, nodeName } from '../deployday/contender.ts';
import { type BlueprintSpec, chain } from '../deployday/environments.ts';
import { ansibleCommand, ansibleRaw } from '../peers/ansible.ts';
import { clushSteps } from '../peers/clush.ts';
import { muxSteps } from '../peers/openssh.ts';
import { pdshSteps } from '../peers/pdsh.ts';
import { contendersOf } from '../peers/peers.ts';
import { psshSteps } from '../peers/pssh.ts';
import type { Sizes } from '../sizes.ts';
import { addressesOf, type Site, type WorkPlan } from './site.ts';

const ENVIRONMENT = 'steps';
const FAR_ENVIRONMENT = 'far';

/**
 * Light steps in order on every node. Deployday does each on all nodes before the next, and so do peers that are started
 * once per step; xargs and Ansible's free strategy let every node go on by itself.
 */
export const steps: WorkPlan = {
  id: 'w2',
  environments: (ground) => [
    {
      name: ENVIRONMENT,
      addresses: addressesOf(ground, ground.sizes.steps.nodes),
      blueprint: blueprint(ground.sizes),
    },
  ],
  work(site) {
    const { nodes } = site.sizes.steps;
    const asked = { addresses: addressesOf(site, nodes), ...commandsOf(site.sizes) };
    return {
      id: 'w2',
      title: `${asked.commands.length} steps on ${nodes} nodes`,
      contenders: [
        ours(site, ENVIRONMENT, nodes),
        ...contendersOf(site, {
          openssh: [muxSteps(site.tools, asked)],
          pssh: [psshSteps(site.tools, asked)],
          pdsh: [pdshSteps(site.tools, asked)],
          clush: [clushSteps(site.tools, asked)],
          ansible: [ansibleRaw(site.tools, asked), ansibleCommand(site.tools, asked)],
        }),
      ],
    };
  },
};

/** The same steps on one node that is far away. */
export const farSteps: WorkPlan = {
  id: 'rtt',
  environments: ({ far, sizes }) => [
    { name: FAR_ENVIRONMENT, addresses: [far.address], port: far.port, blueprint: blueprint(sizes) },
  ],
  work(site) {
    const { address, port, roundTripMs } = site.far;
    const asked = { addresses: [address], port, ...commandsOf(site.sizes) };
    return {
      id: 'rtt',
      title: `${asked.commands.length} steps on one node, ${roundTripMs} ms away and back`,
      contenders: [
        ours(site, FAR_ENVIRONMENT, 1),
        ...contendersOf(site, { openssh: [muxSteps(site.tools, asked)] }),
      ],
    };
  },
};

function commandsOf({ steps }: Sizes) {
  const lines = Array.from({ length: steps.steps }, (_, i) => `this is step ${i + 1}`);
  return { commands: lines.map((line) => `echo ${line}`), lines };
}

const blueprint = (sizes: Sizes): BlueprintSpec =>
  chain(
    'steps',
    commandsOf(sizes).commands.map((run) => ({ run })),
  );

function ours({ deployday, groups, sizes }: Site, environment: string, nodes: number) {
  const names = Array.from({ length: nodes }, (_, i) => nodeName(i + 1));
  return deploydayContender(deployday, groups, {
    environment,
    nodes,
    line: `reset ${environment}`,
    check: (answers) => mustAnswer(answers, names, commandsOf(sizes).lines),
  });
}
