import type { Run } from '../db/runs.ts';
import { cited } from './cited.ts';
import { formatDuration } from './duration.ts';

export type Fitness = { readonly fit: true } | { readonly fit: false; readonly why: string };

/** What looks and changes nothing, and proves nothing either. */
const LOOKS: ReadonlySet<Run['kind']> = new Set(['inspect', 'diff', 'snapshot']);
/** What ends with all checks passed when it succeeds. */
const PROVES: ReadonlySet<Run['kind']> = new Set(['verify', 'provision', 'reset']);

/** Whether an environment was verified after the last change that we made. `runs`: what ended last first. Pure. */
export function fitToPromote(runs: readonly Run[], now = new Date()): Fitness {
  const last = runs.find(({ kind }) => !LOOKS.has(kind));
  if (!last) return { fit: false, why: 'it was never verified' };
  const when = `${formatDuration(Math.max(0, now.getTime() - (last.endedAt ?? last.createdAt).getTime()))} ago`;
  const what = `${cited(last.command)} by ${last.requester}, ${when}`;
  if (!PROVES.has(last.kind))
    return { fit: false, why: `it was changed after it was last verified: ${what}` };
  if (last.state !== 'succeeded') return { fit: false, why: `its last ${last.kind} ${last.state}: ${what}` };
  return { fit: true };
}
