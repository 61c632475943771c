import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RoundPlan, StepPlan } from './plan.ts';

/** The blueprint of a round, written as people write it; and what its steps print. */

export const BLUEPRINT = 'round';
/** Where steps write down what they do, in the home folder of their machine: never lost, whatever becomes of the rest. */
export const JOURNAL = 'journal';

const PRELUDE = `
attempt=\${DEPLOYDAY_TASK##*-} i=0
note() { echo "$DEPLOYDAY_TASK $1 $NODE_NAME $2" >>"$HOME/${JOURNAL}"; }
line() { echo "$attempt: $i of $2, printed by $1 on $NODE_NAME"; }
print() { while [ "$i" -lt "$3" ]; do i=$((i + 1)); line "$1" "$2"; done; }
print_torn() { i=$((i + 1)); printf '%s' "$attempt: $i of $2, printed"; sleep 0.1; echo " by $1 on $NODE_NAME"; }
`;

/** Line `number` of an attempt, from 1. */
export const lineOf = (step: StepPlan, node: string, attempt: number, number: number) =>
  `${attempt}: ${number} of ${step.lines}, printed by ${step.id} on ${node}`;

function script({ id, lines, bursts, ms, torn, failures }: StepPlan): string {
  const said = [`note ${id} begin`];
  for (let burst = 1; burst <= bursts; burst += 1) {
    const upTo = Math.floor((lines * burst) / bursts);
    if (torn && burst === 1 && upTo > 0) said.push(`print_torn ${id} ${lines}`);
    said.push(`print ${id} ${lines} ${upTo}`, `sleep ${(ms / bursts / 1000).toFixed(3)}`);
  }
  if (failures > 0) {
    said.push(
      `failed=$(grep -c " ${id} $NODE_NAME fail$" "$HOME/${JOURNAL}")`,
      `if [ "$failed" -lt ${failures} ]; then note ${id} fail; exit 1; fi`,
    );
  }
  return [...said, `note ${id} ok`, ''].join('\n');
}

/** Writes the blueprint under `folder`, which is then a folder of blueprints. */
export async function writeBlueprint(folder: string, { steps }: RoundPlan): Promise<void> {
  const blueprint = {
    name: BLUEPRINT,
    version: '1',
    summary: 'a round of faults',
    prelude: PRELUDE,
    roles: { node: { count: '1..9' } },
    steps: steps.map((step) => ({
      id: step.id,
      on: 'node',
      needs: step.needs,
      weight: step.heavy ? 'heavy' : 'light',
      repeatable: step.repeatable,
      // Attempts that were lost to a fault count, too.
      ...(step.failures > 0 ? { retries: step.failures + 5, backoff: '0s' } : {}),
      timeout: '5m',
      run: script(step),
    })),
    checks: [
      { id: 'checked', on: 'node', run: `grep -q ' ok$' "$HOME/${JOURNAL}" && echo seen`, expect: '^seen$' },
    ],
  };
  await mkdir(join(folder, BLUEPRINT), { recursive: true });
  // JSON is YAML.
  await writeFile(join(folder, BLUEPRINT, 'blueprint.yaml'), JSON.stringify(blueprint, null, 1));
}

/** The environment's name for a machine, from 1. */
export const nodeName = (machine: number) => `node-${machine}`;
