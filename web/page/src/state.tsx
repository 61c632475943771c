/** What a state means at a glance. Told by word and symbol; the colour only adds to it. */
export type Tone = 'good' | 'work' | 'bad' | 'warn' | 'idle';

type Shape = 'check' | 'play' | 'cross' | 'alert' | 'question' | 'stop' | 'clock' | 'skip' | 'dash';

const PATHS: Readonly<Record<Shape, string>> = {
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

export function toneOf(state: string): Tone {
  return STATES[state]?.[0] ?? 'idle';
}

export function Sign({ state }: { state: string }) {
  const [tone, symbol] = STATES[state] ?? ['idle', 'dash'];
  return (
    <svg class={`sign ${tone} ${symbol}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[symbol]} />
    </svg>
  );
}

export function State({ state, large = false }: { state: string; large?: boolean }) {
  return (
    <span class={`state ${toneOf(state)}${large ? ' big' : ''}`}>
      <Sign state={state} />
      {state}
    </span>
  );
}

const MARKS: Readonly<Record<Tone, string>> = { good: '✓', work: '▶', bad: '✗', warn: '⚠', idle: '·' };

/** Puts the state where it is seen when the page is not: the tab's title and icon. */
export function showInTab(tone: Tone, text: string): void {
  document.title = `${MARKS[tone]} ${text} · Deployday`;
  const icon = document.getElementById('icon') as HTMLLinkElement | null;
  const href = `/icon-${tone}.svg`;
  if (icon && icon.getAttribute('href') !== href) icon.href = href;
}
