import { deploydayContender } from '../deployday/contender.ts';
import { BARE } from '../deployday/environments.ts';
import { ourCommand } from './one-command.ts';
import { addressesOf, type WorkPlan } from './site.ts';

const ENVIRONMENT = 'looked-at';

/**
 * What it costs to look at everything, against one trivial command on the same nodes. They are all this machine, so what is
 * gathered fifty times is the size of whoever measures: packages and /etc of a developer's machine rather than of a node.
 */
export const inspect: WorkPlan = {
  id: 'inspect',
  environments: (ground) => [
    { name: ENVIRONMENT, addresses: addressesOf(ground, ground.sizes.inspect.nodes), blueprint: BARE },
  ],
  work(site) {
    const { nodes } = site.sizes.inspect;
    const { deployday, groups } = site;
    return {
      id: 'inspect',
      title: `facts of ${nodes} nodes`,
      contenders: [
        ourCommand(site, ENVIRONMENT, nodes, 'one command'),
        deploydayContender(deployday, groups, {
          name: 'inspect',
          environment: ENVIRONMENT,
          nodes,
          line: `inspect ${ENVIRONMENT}`,
          async check() {
            const facts = JSON.parse(await deployday.get(`/api/environments/${ENVIRONMENT}/facts`)) as {
              nodes: Record<string, Record<string, object>>;
            };
            const looked = Object.values(facts.nodes).filter(
              ({ packages = {}, files = {} }) =>
                Object.keys(packages).length > 0 && Object.keys(files).length > 20,
            );
            if (looked.length !== nodes) throw new Error(`${looked.length} of ${nodes} nodes were looked at`);
          },
        }),
      ],
    };
  },
};
