import { BARE, type EnvironmentSpec } from '../deployday/environments.ts';
import { ourCommand } from './one-command.ts';
import { addressesOf, type Ground, type WorkPlan } from './site.ts';

const FEW = 'few';
const MANY = 'many';

export const manyNodes = (ground: Ground): EnvironmentSpec => ({
  name: MANY,
  addresses: addressesOf(ground, ground.sizes.scale.many),
  blueprint: BARE,
});

/** One command on few and on many nodes: what a node costs should not depend on how many there are. */
export const scale: WorkPlan = {
  id: 'scale',
  environments: (ground) => [
    { name: FEW, addresses: addressesOf(ground, ground.sizes.scale.few), blueprint: BARE },
    manyNodes(ground),
  ],
  work(site) {
    const { few, many } = site.sizes.scale;
    return {
      id: 'scale',
      title: `one command on ${few} and on ${many} nodes`,
      contenders: [ourCommand(site, FEW, few, `${few} nodes`), ourCommand(site, MANY, many, `${many} nodes`)],
    };
  },
};
