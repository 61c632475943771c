import type { Blueprint, Step } from './blueprint.ts';

/** A step as it may be kept: before steps could be for several roles, `on` was one of them, or '' for none. */
type KeptStep = Omit<Step, 'on'> & { readonly on: string | readonly string[] };

/** The blueprint that a run has frozen, which may have been an earlier version's. `kept`: what stands in the database. */
export function frozenBlueprint(kept: unknown): Blueprint {
  const blueprint = kept as Blueprint & Record<'steps' | 'teardown', readonly KeptStep[]>;
  return {
    ...blueprint,
    steps: blueprint.steps.map(withRoles),
    teardown: blueprint.teardown.map(withRoles),
  };
}

function withRoles(step: KeptStep): Step {
  const { on } = step;
  return { ...step, on: typeof on === 'string' ? [on].filter((role) => role !== '') : on };
}
