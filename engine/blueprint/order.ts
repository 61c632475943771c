import { didYouMean } from './nearest.ts';
import type { PlacedStep } from './placed-step.ts';
import { complain, type Place, quote } from './source.ts';

/** Complains about needs, and steps to come after, that no step answers, and about steps that wait for each other. */
export function checkOrder(steps: readonly PlacedStep[]): void {
  const byId = new Map(steps.map((placed) => [placed.step.id, placed]));
  const ids = [...byId.keys()].filter((id) => id !== '');
  for (const { step, needs, after } of steps) {
    for (const { id, place, here } of [...needs, ...after]) {
      const needed = byId.get(id)?.step;
      if (needed !== undefined) {
        if (here && (!covers(needed.on, step.on) || step.playbook || needed.playbook))
          complain(place, `${id} does not run on every node of ${step.id}: leave each: node out`);
        continue;
      }
      const others = ids.filter((other) => other !== step.id);
      complain(place, `no step ${quote(id)}${didYouMean(id, others)}`);
    }
  }
  for (const { cycle, at } of cycles(byId))
    complain(at, `these steps wait for each other: ${cycle.join(' → ')}`);
}

/** Whether all of these roles are among the others. */
export function covers(roles: readonly string[], asked: readonly string[]): boolean {
  return asked.every((role) => roles.includes(role));
}

/** A cycle for every need that closes one, met by depth-first search; the stack is our own, since files may be long. */
function* cycles(byId: ReadonlyMap<string, PlacedStep>): Generator<{ cycle: string[]; at: Place }> {
  const done = new Set<string>();
  for (const start of byId.keys()) {
    if (done.has(start)) continue;
    const path: string[] = [start];
    const onPath = new Set(path);
    const next: number[] = [0];
    while (path.length > 0) {
      const id = path[path.length - 1] as string;
      const { needs = [], after = [] } = byId.get(id) ?? {};
      const index = next[next.length - 1] as number;
      const need = [...needs, ...after][index];
      if (need === undefined) {
        done.add(id);
        onPath.delete(id);
        path.pop();
        next.pop();
        continue;
      }
      next[next.length - 1] = index + 1;
      if (done.has(need.id) || !byId.has(need.id)) continue;
      if (onPath.has(need.id)) {
        yield { cycle: [...path.slice(path.indexOf(need.id)), need.id], at: need.place };
      } else {
        path.push(need.id);
        onPath.add(need.id);
        next.push(0);
      }
    }
  }
}
