/** What a state means at a glance. Told by word and sign; the colour only adds to it. */
export type Tone = 'good' | 'work' | 'bad' | 'warn' | 'idle';

export type Shape = 'check' | 'play' | 'cross' | 'alert' | 'question' | 'stop' | 'clock' | 'skip' | 'dash';

/** Lines of a sign in a square of 16 by 16. */
export const PATHS: Readonly<Record<Shape, string>> = {
  check: 'M3.500 8.500l3 3 6-7',
  play: 'M5.500 3.500v9l7-4.500z',
  cross: 'M4 4l8 8M12 4l-8 8',
  alert: 'M8 1.800L15 14H1zM8 6.200v3.600M8 11.900v.1',
  question: 'M5.300 5.600a2.700 2.700 0 1 1 4 2.400c-.9.500-1.300 1-1.300 2M8 13v.1',
  stop: 'M8 2a6 6 0 1 0 .01 0M3.800 3.800l8.400 8.400',
  clock: 'M8 2a6 6 0 1 0 .01 0M8 4.800V8l2.200 1.600',
  skip: 'M3.500 4l5 4-5 4M11.500 4v8',
  dash: 'M3.500 8h9',
};

const STATES: Readonly<Record<string, readonly [Tone, Shape]>> = {
  ready: ['good', 'check'],
  succeeded: ['good', 'check'],
  done: ['good', 'check'],
  up: ['good', 'check'],
  provisioning: ['work', 'play'],
  resetting: ['work', 'play'],
  destroying: ['work', 'play'],
  running: ['work', 'play'],
  failed: ['bad', 'cross'],
  broke: ['warn', 'alert'],
  unknown: ['warn', 'question'],
  cancelled: ['idle', 'stop'],
  queued: ['idle', 'clock'],
  waiting: ['idle', 'clock'],
  new: ['idle', 'clock'],
  skipped: ['idle', 'skip'],
  destroyed: ['idle', 'dash'],
};

/** The tone and sign of a state of an environment, a run, a task or a node; a word that is none of those: a dash. */
export function signOf(state: string): readonly [Tone, Shape] {
  return STATES[state] ?? ['idle', 'dash'];
}

/** The states from the one that people must see first to the one that needs nobody. */
const URGENCY = ['failed', 'broke', 'unknown', 'cancelled', 'running', 'waiting', 'done', 'skipped'];

/** How many there are of each state, the most urgent first. */
export function countStates(states: Iterable<string>): [state: string, count: number][] {
  const counts = new Map<string, number>();
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => urgencyOf(one) - urgencyOf(other));
}

export function urgencyOf(state: string): number {
  const at = URGENCY.indexOf(state);
  return at < 0 ? URGENCY.length : at;
}
