import type { OutgoingMessage } from '../../adapters/message.ts';
import type { EnvironmentState, RunState } from '../../db/schema.ts';

/** How a state of a run or of an environment is to be taken; undefined where it is neither good nor bad. */
export function moodOf(state: RunState | EnvironmentState): OutgoingMessage['mood'] {
  return MOODS[state];
}

const MOODS: Readonly<Partial<Record<RunState | EnvironmentState, OutgoingMessage['mood']>>> = {
  succeeded: 'good',
  ready: 'good',
  failed: 'bad',
  broke: 'bad',
  unknown: 'waiting',
  waiting: 'waiting',
  queued: 'busy',
  running: 'busy',
  provisioning: 'busy',
  resetting: 'busy',
  destroying: 'busy',
};
