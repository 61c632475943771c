import type { Hands, ShellNode } from './hands.ts';

/** How somebody with a shell brings two empty machines to a whole OpenStack. */
export interface Way {
  readonly name: string;
  readonly how: string;
  run(hands: Hands, controller: ShellNode, compute: ShellNode): Promise<void>;
}

const COMPONENTS = ['base', 'queue', 'identity', 'image', 'placement', 'network', 'compute', 'dashboard'];
const STEPS: Readonly<Record<string, readonly string[]>> = {
  base: ['database', 'cache'],
  queue: ['queue'],
  identity: ['keystone', 'catalogue'],
  image: ['glance', 'images'],
  placement: ['placement'],
  network: ['neutron'],
  compute: ['nova', 'nova-services'],
  dashboard: ['dashboard'],
};

/** A component's packages as they ship: services start while they are installed, every package compiles its Python. */
const install = (list: string) =>
  `apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold install ${list} </dev/null`;

/** The usual instructions: one service after the other, on one node after the other. */
export const stages: Way = {
  name: 'by stages',
  how: 'as the packages ship, one stage after another',
  async run(hands, controller, compute) {
    const { prelude } = hands;
    const env = `export DEBIAN_FRONTEND=noninteractive\n${prelude}\nmkdir -p $STATE\n`;
    await hands.on(controller, `${env}apt-get -qq update`);
    for (const component of COMPONENTS) {
      await hands.on(controller, `${env}${install(`$PACKAGES_${component}`)}`);
      for (const step of STEPS[component] ?? []) await hands.on(controller, hands.step(step));
    }
    await hands.on(compute, `${env}apt-get -qq update && ${install('$(of_this_node PACKAGES)')}`);
    await finish(hands, controller, compute);
  },
};

/** What a person does who has measured each of the savings: the same as the blueprint, in two shells. */
export const fast: Way = {
  name: 'by a fast script',
  how: "the blueprint's scripts from a shell: one apt transaction a node, side by side, configuration overlapped",
  async run(hands, controller, compute) {
    const elsewhere = hands.on(compute, hands.step('compute-packages'));
    elsewhere.catch(() => {}); // told of below
    await hands.on(controller, hands.step('packages'));
    await hands.on(controller, hands.step('schemas'));
    await Promise.all(['database', 'cache', 'queue'].map((step) => hands.on(controller, hands.step(step))));
    await Promise.all([
      hands.on(controller, hands.step('keystone')).then(() => hands.on(controller, hands.step('catalogue'))),
      ...['nova', 'neutron', 'glance', 'placement', 'dashboard'].map((step) =>
        hands.on(controller, hands.step(step)),
      ),
    ]);
    await Promise.all([
      hands.on(controller, hands.step('images')),
      hands.on(controller, hands.step('nova-services')),
    ]);
    await elsewhere;
    await finish(hands, controller, compute);
  },
};

async function finish(hands: Hands, controller: ShellNode, compute: ShellNode): Promise<void> {
  await Promise.all([hands.on(compute, hands.step('compute')), hands.on(compute, hands.step('image-cache'))]);
  await hands.on(controller, hands.step('hypervisors'));
}
