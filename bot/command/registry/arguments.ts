import type { ArgumentSpec } from '../spec.ts';

/** Arguments that many commands have. */

export const environment: ArgumentSpec = {
  name: 'environment',
  kind: 'environment',
  written: '<env>',
  summary: 'the environment',
  required: true,
};
export const node: ArgumentSpec = {
  name: 'node',
  kind: 'node',
  written: '<env>[/node]',
  summary: 'the environment, or one node of it',
  required: true,
};
