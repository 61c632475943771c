import type { Button, OutgoingMessage } from '../../adapters/message.ts';
import type { Run, TaskRow } from '../../db/runs.ts';
import { firstCause } from '../../engine/run-turns.ts';
import { canBeRepaired } from '../../engine/to-repair.ts';

type Buttons = Pick<OutgoingMessage, 'buttons'>;

/** For who looks at a run that goes on. */
export function whileItGoesOn(environment: string): Buttons {
  return {
    buttons: [
      { label: 'Logs', command: `logs ${environment}`, style: 'plain' },
      { label: 'Cancel', command: `cancel ${environment}`, style: 'danger' },
    ],
  };
}

/** For who reads how a run ended: what the text names as the next thing to type. */
export function afterIt(environment: string, run: Run, tasks: readonly TaskRow[]): Buttons {
  if (run.state === 'succeeded') return {};
  const first = firstCause(tasks);
  const isStep = first && !first.step.startsWith('@');
  const look: Button = isStep
    ? { label: 'Logs', command: `logs ${environment} ${first.step}`, style: 'plain' }
    : { label: 'Status', command: `status ${environment}`, style: 'plain' };
  const mend = canBeRepaired(tasks) ? [repairIt(environment)] : [];
  return { buttons: [look, ...mend, ...again(environment, run, mend.length > 0)] };
}

/** Looking again is a command of its own; what changes goes on from what did not get done. */
function again(environment: string, { kind }: Run, isMended: boolean): Button[] {
  if (kind === 'verify' || kind === 'inspect' || kind === 'diff') {
    return [{ label: 'Again', command: `${kind} ${environment}`, style: 'plain' }];
  }
  // A retry would only ask the check again, without what mends it.
  if (kind === 'repair' && isMended) return [];
  return [{ label: 'Retry', command: `retry ${environment}`, style: isMended ? 'plain' : 'primary' }];
}

/** For who reads that a check failed that names a step which mends it. */
export function repairIt(environment: string): Button {
  return { label: 'Repair', command: `repair ${environment}`, style: 'primary' };
}

/** Back to the baseline; asks whether it is meant, where the service can. */
export function backToBaseline(environment: string): Button {
  return { label: 'Reset', command: `reset ${environment}`, style: 'danger' };
}

/** For who finds an environment free, or may have it. */
export function claimIt(environment: string): Button {
  return { label: `Claim ${environment}`, command: `claim ${environment}`, style: 'primary' };
}

/** For who finds it taken: to wait for it. */
export function waitForIt(environment: string): Button {
  return { label: `Wait for ${environment}`, command: `queue ${environment}`, style: 'plain' };
}

/** For who finds it taken: the holder decides. */
export function askForIt(environment: string): Button {
  return { label: 'Ask for it', command: `handoff ${environment} me`, style: 'plain' };
}
