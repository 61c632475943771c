import { PATHS, signOf, type Tone } from '../../../pictures/signs.ts';

export type { Tone } from '../../../pictures/signs.ts';

export function toneOf(state: string): Tone {
  return signOf(state)[0];
}

export function Sign({ state }: { state: string }) {
  const [tone, symbol] = signOf(state);
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
