import { mustAnswer } from '../contender.ts';
import { deploydayContender, nodeName } from '../deployday/contender.ts';
import { BARE } from '../deployday/environments.ts';
import { clushCommand } from '../peers/clush.ts';
import { sshCommand } from '../peers/openssh.ts';
import { pdshCommand } from '../peers/pdsh.ts';
import { contendersOf } from '../peers/peers.ts';
import { psshCommand } from '../peers/pssh.ts';
import { addressesOf, type WorkPlan } from './site.ts';

const ENVIRONMENT = 'lines';
const WORDS = 'unpacking the package, setting it up, all is well';

/** Much output: every line kept, with the node that it is from, and compared with what was printed. */
export const manyLines: WorkPlan = {
  id: 'w3',
  environments: (ground) => [
    { name: ENVIRONMENT, addresses: addressesOf(ground, ground.sizes.lines.nodes), blueprint: BARE },
  ],
  work(site) {
    const { nodes, lines: count } = site.sizes.lines;
    const addresses = addressesOf(site, nodes);
    const command = `seq -f 'line %.0f: ${WORDS}' ${count}`;
    const lines = Array.from({ length: count }, (_, i) => `line ${i + 1}: ${WORDS}`);
    const asked = { addresses, commands: [command], lines };
    const names = addresses.map((_, i) => nodeName(i + 1));
    const ours = deploydayContender(site.deployday, site.groups, {
      environment: ENVIRONMENT,
      nodes,
      line: `run ${ENVIRONMENT} -- ${command}`,
      check: (answers) => mustAnswer(answers, names, lines),
    });
    return {
      id: 'w3',
      title: `${count} lines from each of ${nodes} nodes`,
      contenders: [
        ours,
        ...contendersOf(site, {
          openssh: [sshCommand(site.tools, asked)],
          pssh: [psshCommand(site.tools, asked)],
          pdsh: [pdshCommand(site.tools, asked)],
          clush: [clushCommand(site.tools, asked)],
        }),
      ],
    };
  },
};
