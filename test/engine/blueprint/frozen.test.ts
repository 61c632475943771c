import { expect, it } from 'vitest';
import { frozenBlueprint } from '../../../engine/blueprint/frozen.ts';

it('a blueprint that an earlier version has kept has lists of roles', () => {
  const kept = {
    name: 'x',
    steps: [
      { id: 'a', on: 'node' },
      { id: 'play', on: '' },
      { id: 'b', on: ['node', 'other'] },
    ],
    teardown: [{ id: 'c', on: 'node' }],
  };
  const { name, steps, teardown } = frozenBlueprint(JSON.parse(JSON.stringify(kept)));
  expect(name).toBe('x');
  expect([...steps, ...teardown].map(({ on }) => on)).toEqual([['node'], [], ['node', 'other'], ['node']]);
});
