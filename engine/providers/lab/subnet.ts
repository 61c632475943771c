/** An IPv4 network as the number of its first address and the length of its prefix. */
export interface Network {
  readonly first: number;
  readonly prefix: number;
}

/** `10.1.2.3/22` or `10.1.2.3` (taken as /32) → the network it lies in; null for what is not IPv4. */
export function parseNetwork(text: string): Network | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text);
  if (!match) return null;
  const prefix = match[5] === undefined ? 32 : Number(match[5]);
  const bytes = match.slice(1, 5).map(Number);
  if (prefix > 32 || bytes.some((byte) => byte > 255)) return null;
  const address = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const size = 2 ** (32 - prefix);
  return { first: Math.floor(address / size) * size, prefix };
}

export function overlaps(a: Network, b: Network): boolean {
  return a.first < b.first + 2 ** (32 - b.prefix) && b.first < a.first + 2 ** (32 - a.prefix);
}

export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** Prefix of a lab's subnet: 1022 addresses. */
export const labPrefix = 22;

/** The lab's own address: the machines' gateway, and where the package cache listens. */
export function gatewayOf(subnet: Network): string {
  return addressText(subnet.first + 1);
}

/** n1 → .11, n2 → .12 …: an address is its machine's for good. */
export function machineAddress(subnet: Network, index: number): string {
  return addressText(subnet.first + 10 + index);
}

/** As many machines as a lab's subnet has addresses for. */
export const mostMachines = 2 ** (32 - labPrefix) - 12;

/**
 * A /22 of 10.64.0.0–10.127.255.255 that overlaps nothing `used`; the search starts at a place of the lab's own, so that
 * two labs that look at the same time seldom choose the same. Null if there is none.
 */
export function freeSubnet(used: readonly Network[], startAt: number): string | null {
  const count = 64 * 64;
  for (let step = 0; step < count; step += 1) {
    const slot = (startAt + step) % count;
    const candidate = { first: (10 * 256 + 64) * 65536 + slot * 1024, prefix: labPrefix };
    if (!used.some((network) => overlaps(network, candidate)))
      return `${addressText(candidate.first)}/${labPrefix}`;
  }
  return null;
}
