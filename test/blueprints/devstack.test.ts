import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fillParams } from '../../engine/blueprint/fill.ts';
import { loadBlueprint } from '../../engine/blueprint/load.ts';

const devstack = await loadBlueprint(join(import.meta.dirname, '..', '..', 'blueprints', 'devstack'));

describe('devstack', () => {
  it.each([
    ['services', 'key,mysql; reboot'],
    ['services', '$(reboot)'],
    ['admin_password', 'a$(reboot)b'],
    ['admin_password', 'two words'],
  ])('refuses %s=%s, which the shell that reads local.conf would run', (name, value) => {
    expect(fillParams(devstack, { [name]: value })).toMatchObject({
      problems: [expect.stringMatching(new RegExp(`^${name}: .* does not match`))],
    });
  });

  it('takes lists of services as DevStack writes them', () => {
    expect(fillParams(devstack, { services: 'key,mysql,n-api,-tempest,q-svc' })).toHaveProperty('values');
  });
});
