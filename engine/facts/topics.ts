import type { FactSpec } from '../blueprint/blueprint.ts';

/** The topics of every node, also where there is nothing to tell of them. */
export const ALWAYS_THERE: readonly string[] = [
  ...['os', 'packages', 'services', 'ports', 'users', 'groups', 'mounts', 'sysctl'],
  ...['files', 'modes', 'settings'],
];

/** All topics that are gathered without being asked for; a blueprint's own have other names. */
export const BUILT_IN: readonly string[] = [...ALWAYS_THERE, 'clock', 'modules'];

/** What can be asked of an environment by `inspect`: the built-in topics, and the blueprint's own. */
export function topicsOf(spec: FactSpec): string[] {
  return [...BUILT_IN, ...spec.scripts.map(({ topic }) => topic)];
}

/** The key under which a topic that could not be gathered says why; what else it has may be part of it. */
export const FAILED = '(failed)';
