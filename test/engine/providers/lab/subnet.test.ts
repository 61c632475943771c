import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addressText,
  freeSubnet,
  gatewayOf,
  machineAddress,
  mostMachines,
  overlaps,
  parseNetwork,
} from '../../../../engine/providers/lab/subnet.ts';

const network = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 8, max: 32 }))
  .map(([address, prefix]) => parseNetwork(`${addressText(address)}/${prefix}`) ?? { first: 0, prefix: 0 });

test('reads networks and refuses what is none', () => {
  expect(parseNetwork('10.1.2.3/22')).toEqual(parseNetwork('10.1.0.0/22'));
  expect(parseNetwork('192.0.2.1')?.prefix).toBe(32);
  for (const text of ['default', '10.0.0.256', '10.0.0.0/33', 'fe80::/64', ''])
    expect(parseNetwork(text)).toBeNull();
});

test('two networks overlap if one holds an end of the other', () => {
  fc.assert(
    fc.property(network, network, (a, b) => {
      const last = (n: typeof a) => n.first + 2 ** (32 - n.prefix) - 1;
      const holds = (n: typeof a, address: number) => n.first <= address && address <= last(n);
      expect(overlaps(a, b)).toBe(holds(a, b.first) || holds(b, a.first));
    }),
  );
});

test('a chosen subnet overlaps nothing in use, and every machine has an address of its own in it', () => {
  fc.assert(
    fc.property(fc.array(network, { maxLength: 20 }), fc.nat(4095), (used, startAt) => {
      const text = freeSubnet(used, startAt);
      fc.pre(text !== null);
      const chosen = parseNetwork(text ?? '') ?? fc.pre(false);
      if (!chosen) return;
      expect(used.some((one) => overlaps(one, chosen))).toBe(false);
      const ends = [gatewayOf(chosen), machineAddress(chosen, 1), machineAddress(chosen, mostMachines)];
      expect(new Set(ends).size).toBe(3);
      for (const address of ends) expect(overlaps(chosen, parseNetwork(address) ?? chosen)).toBe(true);
    }),
  );
});

test('no subnet is free where all of 10.64.0.0/10 is in use', () => {
  expect(freeSubnet([parseNetwork('10.0.0.0/8') ?? { first: 0, prefix: 0 }], 7)).toBeNull();
});
