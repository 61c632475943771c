export type TopicState = 'open' | 'done' | 'dropped';

/** A topic of the day, as somebody put it on the agenda. */
export interface Topic {
  /** 1… within its session. */
  readonly number: number;
  readonly title: string;
  /** When, where and with whom, in people's own words. */
  readonly slot: string | null;
  readonly place: string | null;
  readonly who: string | null;
  readonly state: TopicState;
  /** Persons who want it. */
  readonly votes: number;
}

/** The agenda in the order that people want it: what most voted for first, then what was proposed first. */
export function inOrder<T extends Pick<Topic, 'votes' | 'number'>>(topics: readonly T[]): T[] {
  return [...topics].sort((a, b) => b.votes - a.votes || a.number - b.number);
}
