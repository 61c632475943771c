import { expect, it } from 'vitest';
import { narrowed } from '../../engine/script-env.ts';

const env = {
  NODE_ROLE: 'compute',
  NODE_NAME: 'compute-1',
  HOSTS: '',
  PARAM_SIZE: 'full',
  PARAM_DB_PASSWORD: 's',
};

it('a script knows all, the parameters that its step lists, or what any node of its role would be told', () => {
  expect(narrowed(env, {})).toEqual(env);
  expect(narrowed(env, { params: ['size'] })).toEqual({
    ...{ NODE_ROLE: 'compute', NODE_NAME: 'compute-1', HOSTS: '', PARAM_SIZE: 'full' },
  });
  expect(narrowed(env, { params: ['db-password'], anywhere: true })).toEqual({
    NODE_ROLE: 'compute',
    PARAM_DB_PASSWORD: 's',
  });
  expect(narrowed(env, { params: ['db-password'], anywhere: true, anyRole: true })).toEqual({
    PARAM_DB_PASSWORD: 's',
  });
});
