import { readFile, writeFile } from 'node:fs/promises';
import { ProviderError } from '../../provider.ts';
import { packageCachePort } from './base-recipe.ts';
import { run, succeeds } from './command.ts';
import { exists } from './disk-file.ts';
import { gatewayOf, labPrefix, machineAddress, type Network, overlaps, parseNetwork } from './subnet.ts';

/** The lab's network on this host: one bridge, one nftables table, and per machine a namespace and a pair of interfaces. */
export interface LabNetwork {
  readonly subnet: Network;
  readonly bridge: string;
  readonly table: string;
  readonly gateway: string;
  /** The table's text, also its fingerprint: a bridge that is up with these rules needs nothing done. */
  readonly rules: string;
}

export function labNetwork(labId: string, subnetText: string): LabNetwork {
  const subnet = parseNetwork(subnetText);
  if (!subnet) throw new Error(`lab.json: subnet is ${subnetText}, not a network`);
  const names = { bridge: `dl${labId}br`, table: `deployday_${labId}`, gateway: gatewayOf(subnet) };
  return { subnet, ...names, rules: tableRules(names.table, names.bridge, names.gateway, subnetText) };
}

/** Interface names end at 15 characters: `dl` + 5 of the id + `n1022`. */
export function hostInterface(labId: string, machine: string): string {
  return `dl${labId}${machine}`;
}

export function namespaceOf(labId: string, machine: string): string {
  return `deployday-${labId}-${machine}`;
}

/**
 * Machines reach the outside (masqueraded), each other, and on this host only the package cache and ping; nobody outside
 * reaches them. Our own table alone: other tables on the host stay as they are.
 */
function tableRules(table: string, bridge: string, gateway: string, subnet: string): string {
  return `table inet ${table} {}
delete table inet ${table}
table inet ${table} {
  chain input {
    type filter hook input priority -5; policy accept;
    iifname != "${bridge}" return
    ct state established,related accept
    ip saddr ${subnet} ip daddr ${gateway} tcp dport ${packageCachePort} accept
    ip saddr ${subnet} ip daddr ${gateway} icmp type echo-request accept
    meta nfproto ipv6 drop
    reject with icmpx admin-prohibited
  }
  chain forward {
    type filter hook forward priority -5; policy accept;
    iifname "${bridge}" ip saddr != ${subnet} drop
    iifname "${bridge}" accept
    oifname "${bridge}" ct state established,related accept
    oifname "${bridge}" drop
  }
  chain postrouting {
    type nat hook postrouting priority 100; policy accept;
    ip saddr ${subnet} oifname != "${bridge}" masquerade
  }
}
`;
}

/** Addresses and routes that this host has, so that a subnet can be chosen beside them. */
export async function usedNetworks(): Promise<Network[]> {
  const routes = JSON.parse(await run(['ip', '-json', '-4', 'route', 'show', 'table', 'all'])) as {
    dst?: string;
  }[];
  const links = JSON.parse(await run(['ip', '-json', '-4', 'address'])) as {
    addr_info?: { local?: string; prefixlen?: number }[];
  }[];
  const texts = [
    ...routes.map((route) => route.dst ?? ''),
    ...links.flatMap((l) => (l.addr_info ?? []).map((a) => `${a.local}/${a.prefixlen}`)),
    ...((await readFile('/etc/resolv.conf', 'utf8').catch(() => '')).match(/\d+\.\d+\.\d+\.\d+/g) ?? []),
  ];
  return texts.map(parseNetwork).filter((network) => network !== null);
}

/** Brings bridge and table up if they are not; both vanish when the host reboots. */
export async function networkUp(network: LabNetwork): Promise<void> {
  if (!(await exists(`/sys/class/net/${network.bridge}`))) {
    if ((await usedNetworks()).some((used) => used.prefix > 0 && overlaps(used, network.subnet))) {
      throw new ProviderError(
        'failed',
        `the lab's subnet (gateway ${network.gateway}/${labPrefix}) is now used by something else on this host: free it, or remove the lab with "deployday lab destroy"`,
      );
    }
    const mtu = await uplinkMtu();
    await ipBatch([
      `link add ${network.bridge} address ${hardwareAddress(network.subnet, 0)} mtu ${mtu} type bridge`,
      `address add ${network.gateway}/${labPrefix} dev ${network.bridge}`,
    ]);
    await writeFile(`/proc/sys/net/ipv6/conf/${network.bridge}/disable_ipv6`, '1').catch(() => {}); // IPv4 only: less to filter
    await ipBatch([`link set ${network.bridge} up`]);
  }
  await run(['nft', '-f', '-'], { input: network.rules });
}

export async function networkDown(network: LabNetwork): Promise<string[]> {
  const lines: string[] = [];
  if (await exists(`/sys/class/net/${network.bridge}`)) {
    await run(['ip', 'link', 'delete', network.bridge]);
    lines.push(`removed bridge ${network.bridge}`);
  }
  if (await succeeds(['nft', 'list', 'table', 'inet', network.table])) {
    await run(['nft', 'delete', 'table', 'inet', network.table]);
    lines.push(`removed nftables table inet ${network.table}`);
  }
  return lines;
}

/**
 * The same for a machine each time it is made, and for the bridge whatever is plugged into it: neighbours remember the
 * hardware address of an IP address, and would talk to the one before for up to a minute.
 */
function hardwareAddress(subnet: Network, index: number): string {
  const bytes = [subnet.first / 2 ** 16, subnet.first / 2 ** 8, subnet.first, index / 2 ** 8, index];
  return ['02', ...bytes.map((byte) => (Math.floor(byte) % 256).toString(16).padStart(2, '0'))].join(':');
}

/** A namespace for the machine with its address, as new: what a user did to the old one's network is gone. */
export async function freshNamespace(network: LabNetwork, labId: string, machine: string, index: number) {
  await removeNamespace(labId, machine);
  const namespace = namespaceOf(labId, machine);
  const outside = hostInterface(labId, machine);
  const mtu = (await readFile(`/sys/class/net/${network.bridge}/mtu`, 'utf8')).trim();
  await ipBatch([
    `netns add ${namespace}`,
    `link add ${outside} mtu ${mtu} type veth peer name eth0 address ${hardwareAddress(network.subnet, index)} mtu ${mtu} netns ${namespace}`,
    `link set ${outside} master ${network.bridge} up`,
  ]);
  await ipBatch(
    [
      'link set lo up',
      'link set eth0 up',
      `address add ${machineAddress(network.subnet, index)}/${labPrefix} dev eth0`,
      `route add default via ${network.gateway}`,
    ],
    namespace,
  );
}

export async function hasNamespace(labId: string, machine: string): Promise<boolean> {
  return (
    (await exists(`/run/netns/${namespaceOf(labId, machine)}`)) &&
    (await exists(`/sys/class/net/${hostInterface(labId, machine)}`))
  );
}

export async function removeNamespace(labId: string, machine: string): Promise<boolean> {
  const namespace = namespaceOf(labId, machine);
  const outside = hostInterface(labId, machine);
  const steps: string[] = [];
  if (await exists(`/sys/class/net/${outside}`)) steps.push(`link delete ${outside}`);
  if (await exists(`/run/netns/${namespace}`)) steps.push(`netns delete ${namespace}`);
  if (steps.length > 0) await ipBatch(steps);
  return steps.length > 0;
}

/** Other software's firewall that drops what it does not know (Docker, ufw …) would cut machines off; one line about it, or null. */
export async function foreignDrops(): Promise<string | null> {
  const text = await run(['nft', 'list', 'chains']).catch(() => '');
  let table = '';
  for (const line of text.split('\n')) {
    table = /^table (\S+ \S+)/.exec(line)?.[1] ?? table;
    if (/hook forward/.test(line) && /policy drop/.test(line)) {
      return `the firewall table "${table}" on this host drops forwarded packets: if machines cannot reach the outside, allow forwarding from interfaces dl* there`;
    }
  }
  return null;
}

async function ipBatch(lines: readonly string[], namespace?: string): Promise<void> {
  const inside = namespace === undefined ? [] : ['-n', namespace];
  await run(['ip', ...inside, '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

async function uplinkMtu(): Promise<number> {
  const routes = JSON.parse(await run(['ip', '-json', '-4', 'route', 'show', 'default'])) as {
    dev?: string;
  }[];
  const device = routes[0]?.dev;
  if (device === undefined) return 1500;
  return Number(await readFile(`/sys/class/net/${device}/mtu`, 'utf8').catch(() => '1500'));
}
