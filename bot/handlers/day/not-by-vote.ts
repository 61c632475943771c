import { Refusal } from '../../../engine/refusal.ts';

/** Nothing is decided about an environment (null: environments in general) in that way; says how it is. */
export function notByVote(
  { environment, verb }: { readonly environment: string | null; readonly verb: string },
  isNotFor: string,
): Refusal {
  return new Refusal(
    `what becomes of ${environment ?? 'environments'} is not for ${isNotFor}`,
    `say it outright: ${verb} ${environment ?? '<env>'} — where that is destructive, people approve it with its plan before them`,
  );
}
