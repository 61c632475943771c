import type { Check, Step } from './blueprint.ts';
import { didYouMean } from './nearest.ts';
import type { PlacedStep } from './placed-step.ts';
import { complain, type Place, quote } from './source.ts';
import { readLine } from './values.ts';

type Mended = Pick<Check, 'on' | 'when'>;

/** `repair:` of a check: the id of the step that mends what the check finds wrong. Complains where that step could not. */
export function readRepair(
  place: Place | undefined,
  check: Mended,
  steps: readonly PlacedStep[],
): string | undefined {
  const id = readLine(place);
  if (place === undefined || id === undefined) return undefined;
  const step = steps.find((placed) => placed.step.id === id)?.step;
  const known = steps.map((placed) => placed.step.id);
  const problem = step ? unfit(step, check) : `no step ${quote(id)}${didYouMean(id, known)}`;
  if (problem === undefined) return id;
  complain(place, problem);
  return undefined;
}

/** Why the step cannot mend what the check finds, on the very node where it finds it; undefined: it can. */
function unfit(step: Step, check: Mended): string | undefined {
  if (step.playbook)
    return `${step.id} is a playbook, which works on all nodes at once: name a step that runs on each ${check.on}`;
  // A role that is wrong has been reported already.
  if (step.on.length > 0 && check.on !== '' && !step.on.includes(check.on))
    return `${step.id} runs on ${step.on.join(' and ')} and the check on ${check.on}: name a step of ${check.on}`;
  const narrower = Object.entries(step.when).find(([name, wanted]) => {
    const asked = Object.hasOwn(check.when, name) ? check.when[name] : undefined;
    return !asked?.every((value) => wanted.includes(value));
  });
  if (narrower)
    return `${step.id} is there only when ${narrower[0]} is ${narrower[1].join(' or ')}, and the check else, too: give it the same when`;
  return undefined;
}
