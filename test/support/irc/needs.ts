import { describe, it } from 'vitest';
import { needDebianPackages } from '../debian.ts';

export { INSPIRCD, NGIRCD } from './packages.ts';

/**
 * As `describe`, once the packages are there; where they cannot be had, one skipped test tells the reason. `concurrent`: its tests
 * run side by side, also with those of such a neighbour.
 */
export async function describeWithPackages(
  names: readonly string[],
  title: string,
  body: () => void,
  options: { readonly concurrent?: true } = {},
): Promise<void> {
  const need = await needDebianPackages(names);
  if (need.ok) describe(title, options, body);
  else describe(title, () => it('needs a real server', ({ skip }) => skip(need.why)));
}
