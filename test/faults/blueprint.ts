import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COPIED } from './machine.ts';
import type { CopyPlan, PlaybookPlan, RoundPlan, StepPlan } from './plan.ts';

/** The blueprint of a round, written as people write it; and what its steps print. */

export const BLUEPRINT = 'round';
/** Where steps write down what they do, in the home folder of their machine: never lost, whatever becomes of the rest. */
export const JOURNAL = 'journal';

const PRELUDE = `
attempt=\${DEPLOYDAY_TASK##*-} i=0
note() { echo "$DEPLOYDAY_TASK $1 $NODE_NAME $2" >>"$HOME/${JOURNAL}"; }
use() { sum=$(head -c "$3" "${COPIED}/$2" | sha256sum); note "$1" "found $2 \${sum%% *}"; echo "$DEPLOYDAY_TASK" >>"${COPIED}/$2"; }
line() { echo "$attempt: $i of $2, printed by $1 on $NODE_NAME"; }
print() { while [ "$i" -lt "$3" ]; do i=$((i + 1)); line "$1" "$2"; done; }
print_torn() { i=$((i + 1)); printf '%s' "$attempt: $i of $2, printed"; sleep 0.1; echo " by $1 on $NODE_NAME"; }
`;

/** Line `number` of an attempt, from 1. */
export const lineOf = (step: StepPlan, node: string, attempt: number, number: number) =>
  `${attempt}: ${number} of ${step.lines}, printed by ${step.id} on ${node}`;

function script({ id, lines, bursts, ms, torn, failures }: StepPlan, copies: readonly CopyPlan[]): string {
  const used = copies.filter(({ usedBy }) => usedBy.includes(id));
  const said = [`note ${id} begin`, ...used.map((copy) => `use ${id} ${copy.id} ${copy.bytes}`)];
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

/** What tells on its machine that what the step does was there before the round. */
export const madeFile = (step: StepPlan) => `made-${step.id}`;

const doneIf = ({ id }: StepPlan) =>
  `test -e "$HOME/made-${id}" || grep -q " ${id} $NODE_NAME ok$" "$HOME/${JOURNAL}"`;

/** What a file holds that is copied: another in each round. */
export function contentOf({ seed }: RoundPlan, { id, bytes }: CopyPlan): Buffer {
  return Buffer.alloc(bytes, `${id} of round ${seed}\n`);
}

/** Writes the blueprint under `folder`, which is then a folder of blueprints. */
export async function writeBlueprint(folder: string, plan: RoundPlan): Promise<void> {
  const { steps, copies, playbook } = plan;
  const copiesFor = (id: string) => copies.filter(({ usedBy }) => usedBy.includes(id)).map((copy) => copy.id);
  const blueprint = {
    name: BLUEPRINT,
    version: '1',
    summary: 'a round of faults',
    prelude: PRELUDE,
    roles: { node: { count: '1..9' } },
    steps: [
      ...copies.map(copyStep),
      ...(playbook ? [playbookStep(playbook)] : []),
      ...steps.map((step) => ({
        id: step.id,
        on: 'node',
        needs: [...step.needs, ...copiesFor(step.id)],
        ...(step.doneIf ? { done_if: doneIf(step) } : {}),
        weight: step.heavy ? 'heavy' : 'light',
        repeatable: step.repeatable,
        // Attempts that were lost to a fault count, too.
        ...(step.failures > 0 ? { retries: step.failures + 5, backoff: '0s' } : {}),
        timeout: '5m',
        run: script(step, copies),
      })),
    ],
    checks: [
      { id: 'checked', on: 'node', run: `grep -q ' ok$' "$HOME/${JOURNAL}" && echo seen`, expect: '^seen$' },
    ],
  };
  const at = (name: string) => join(folder, BLUEPRINT, name);
  await mkdir(at('files'), { recursive: true });
  for (const copy of copies) await writeFile(at(`files/${copy.id}`), contentOf(plan, copy));
  if (playbook) {
    await mkdir(at('playbook'), { recursive: true });
    await writeFile(at('playbook/site.yml'), playbookText(playbook));
  }
  // JSON is YAML.
  await writeFile(at('blueprint.yaml'), JSON.stringify(blueprint, null, 1));
}

const copyStep = ({ id, mode, needs }: CopyPlan) => ({
  ...{ id, on: 'node', needs, timeout: '5m' },
  copy: { from: `files/${id}`, to: `${COPIED}/${id}`, mode: `0${mode.toString(8)}` },
});

const playbookStep = ({ id, needs, repeatable }: PlaybookPlan) => ({
  ...{ id, needs, repeatable, timeout: '5m' },
  playbook: 'playbook/site.yml',
});

/** Each time that it comes to a machine has a name of its own in the journal there. */
const playbookText = ({ id, ms }: PlaybookPlan) => `
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.raw: |
        play=play-$(cat /proc/sys/kernel/random/uuid)-1
        note() { echo "$play ${id} {{ inventory_hostname }} $1" >>"$HOME/${JOURNAL}"; }
        note begin; sleep ${ms / 1000}; note ok
`;

/** The environment's name for a machine, from 1. */
export const nodeName = (machine: number) => `node-${machine}`;
