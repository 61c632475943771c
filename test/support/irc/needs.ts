import { needDebianPackages } from '../debian.ts';
import { describeIf } from '../needs.ts';

export { INSPIRCD, NGIRCD } from './packages.ts';

/**
 * `describeIf` with these Debian packages, which it sees to. `concurrent`: its tests run side by side, also with those of such a
 * neighbour.
 */
export async function describeWithPackages(
  names: readonly string[],
  title: string,
  body: () => void,
  options: { readonly concurrent?: true } = {},
): Promise<void> {
  describeIf(await needDebianPackages(names))(title, options, body);
}
