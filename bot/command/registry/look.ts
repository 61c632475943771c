import { type CommandSpec, commandSpec } from '../spec.ts';

/** What there is. */
export const LOOK: readonly CommandSpec[] = [
  commandSpec({
    verb: 'envs',
    group: 'look',
    summary: 'list the environments and their states',
    details: 'Shows every environment: its blueprint, its state, its nodes and who created it.',
    examples: [{ line: 'envs', does: 'what is there now' }],
    role: 'observer',
    also: ['ls', 'list', 'env', 'environment', 'environments'],
  }),
  commandSpec({
    verb: 'blueprints',
    group: 'look',
    summary: 'list the blueprints, or show one',
    details:
      'Without a name: every blueprint in one line. With one: its roles, parameters, steps and checks.',
    arguments: [{ name: 'blueprint', kind: 'blueprint', written: '<blueprint>', summary: 'the one to show' }],
    examples: [
      { line: 'blueprints', does: 'what can be provisioned' },
      { line: 'blueprints essex', does: 'its parameters and steps' },
    ],
    role: 'observer',
    also: ['templates', 'recipes', 'barclamps'],
  }),
  commandSpec({
    verb: 'pool',
    group: 'look',
    summary: 'show the pools and their free machines',
    details:
      'Without a name: every pool with its kind, its size and what is free. With one: its machines and who has them.',
    arguments: [{ name: 'pool', kind: 'pool', written: '<pool>', summary: 'the one to show' }],
    examples: [
      { line: 'pool', does: 'how many machines are free' },
      { line: 'pool lab', does: 'which machine serves which environment' },
    ],
    role: 'observer',
    also: ['pools', 'nodes', 'machines', 'hosts'],
  }),
];
