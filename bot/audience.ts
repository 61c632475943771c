import type { LinkedChannel } from '../db/sessions.ts';

/**
 * How much a piece of news matters to those who did not ask for it. `must`: to everybody, also where newcomers ask ·
 * `important`: what came of something that all depend on, or needs somebody's answer · `usual`: who has which environment ·
 * `detail`: what was begun, who has joined.
 */
export type Weight = 'must' | 'important' | 'usual' | 'detail';

const TOLD = {
  quiet: ['must', 'important'],
  normal: ['must', 'important', 'usual'],
  verbose: ['must', 'important', 'usual', 'detail'],
} as const satisfies Record<LinkedChannel['verbosity'], readonly Weight[]>;

/** Whether a linked channel is told news that nobody asked for there. */
export function isTold({ lane, verbosity }: Omit<LinkedChannel, 'channel'>, weight: Weight): boolean {
  if (lane === 'help') return weight === 'must';
  return (TOLD[verbosity] as readonly Weight[]).includes(weight);
}

export interface News {
  readonly weight: Weight;
  /** Told there whatever is set: where it was asked for, or where those who it concerns have spoken last. */
  readonly concerned: readonly string[];
  /** Where an answer has told it already; null: nowhere. */
  readonly answeredIn: string | null;
}

/** The channels that a piece of news goes to, each once. Pure. */
export function audience(news: News, linked: readonly LinkedChannel[]): string[] {
  const told = linked.filter((each) => isTold(each, news.weight)).map(({ channel }) => channel);
  return [...new Set([...news.concerned, ...told])].filter(
    (channel) => channel !== '' && channel !== news.answeredIn,
  );
}
