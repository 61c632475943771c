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
  compute: ['nova', 'nova-api', 'nova-services'],
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

/**
 * One apt transaction that starts no service and compiles no Python, which is compiled once at the end: what the fastest script
 * that was written by hand does, without the precautions of the blueprint's own step.
 */
const atOnce = (prelude: string) => `export DEBIAN_FRONTEND=noninteractive
${prelude}
mkdir -p $STATE
printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
dpkg-divert --quiet --local --rename --divert /usr/bin/py3compile.real --add /usr/bin/py3compile
ln -sf /bin/true /usr/bin/py3compile
apt-get -qq update
${install('$(of_this_node PACKAGES)')}
python3 -m compileall -q -j2 /usr/lib/python3/dist-packages /usr/share/openstack-dashboard >/dev/null 2>&1 || true
rm -f /usr/bin/py3compile /usr/sbin/policy-rc.d
dpkg-divert --quiet --local --rename --remove /usr/bin/py3compile
`;

/** What a person does who has measured each of the savings, in two shells; the configuration is the blueprint's own. */
export const fast: Way = {
  name: 'by a fast script',
  how: "one apt transaction a node, side by side, compiled once; the blueprint's configuration from a shell, overlapped",
  async run(hands, controller, compute) {
    const elsewhere = hands.on(compute, atOnce(hands.prelude));
    elsewhere.catch(() => {}); // told of below
    await hands.on(controller, atOnce(hands.prelude));
    await Promise.all(['database', 'cache', 'queue'].map((step) => hands.on(controller, hands.step(step))));
    await Promise.all([
      hands.on(controller, hands.step('keystone')).then(() => hands.on(controller, hands.step('catalogue'))),
      hands.on(controller, hands.step('nova')).then(() => hands.on(controller, hands.step('nova-api'))),
      ...['neutron', 'glance', 'placement', 'dashboard'].map((step) =>
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
