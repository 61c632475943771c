import { describe, it } from 'vitest';
import { needDebianPackages } from '../debian.ts';

export { INSPIRCD, NGIRCD } from './packages.ts';

/** As `describe`, once the packages are there; where they cannot be had, one skipped test tells the reason. */
export async function describeWithPackages(
  names: readonly string[],
  title: string,
  body: () => void,
): Promise<void> {
  const need = await needDebianPackages(names);
  if (need.ok) describe(title, body);
  else describe(title, () => it('needs a real server', ({ skip }) => skip(need.why)));
}
