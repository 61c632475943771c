/** A configured channel and how it stands with us. */
export interface Place {
  /** As configured. */
  readonly name: string;
  /** The channel on the server that we are in for it: itself, or one that it forwards to; null: none. */
  at: string | null;
  /** Where the server said that it forwards to. */
  forward: string | null;
  /** A JOIN is under way; how many there have been. */
  asking: boolean;
  asked: number;
  tried: boolean;
  since: number;
  /** How often in a row we were put out soon after joining. */
  kicks: number;
  /** How often in a row we were refused, and why the last time. */
  refusals: number;
  refusal: string;
  /** Why nothing is tried any more. */
  givenUp: string | null;
  timer: NodeJS.Timeout | undefined;
  /** Those who wait for the answer to a JOIN. */
  waiting: ((joined: boolean) => void)[];
}

/** Channel names in one JOIN. Bytes. */
const JOIN_BYTES = 400;

/** The places of one connection, and the asking for them. `join` gets names joined by commas. */
export function createPlaces(
  names: readonly string[],
  lower: (name: string) => string,
  join: (asked: readonly Place[], list: string) => void,
) {
  const all = names.map(
    (name): Place => ({
      name,
      at: null,
      forward: null,
      asking: false,
      asked: 0,
      tried: false,
      since: 0,
      kicks: 0,
      refusals: 0,
      refusal: '',
      givenUp: null,
      timer: undefined,
      waiting: [],
    }),
  );
  let allTried = (): void => {};
  const tried = new Promise<void>((resolve) => {
    allTried = resolve;
  });
  const isNamed = (place: Place, channel: string): boolean => lower(place.name) === lower(channel);
  const named = (channel: string): Place | undefined => all.find((place) => isNamed(place, channel));
  const at = (channel: string): Place[] => all.filter((place) => place.at === lower(channel));

  const answered = (place: Place, joined: boolean): void => {
    place.asking = false;
    place.tried = true;
    for (const answer of place.waiting.splice(0)) answer(joined);
    if (all.every((each) => each.tried)) allTried();
  };
  const ask = (asked: readonly Place[]): void => {
    for (const place of asked) {
      clearTimeout(place.timer);
      place.asking = true;
      place.asked++;
      place.forward = null;
    }
    for (const group of groups(asked)) join(group, group.map((place) => place.name).join(','));
  };

  return {
    tried,
    named,
    /** Those that we are in this channel for. */
    at,
    /** The place whose talk goes on in this channel; lower-cased. */
    behind(channel: string): string | null {
      const place = named(channel) ?? at(channel)[0];
      return place ? lower(place.name) : null;
    },
    /** Those that a JOIN of this channel would be for. */
    expecting: (channel: string) =>
      all.filter((place) => isNamed(place, channel) || place.forward === lower(channel)),
    /** Those that an answer about this channel is for. */
    asking: (channel: string) =>
      all.filter((place) => place.asking && (isNamed(place, channel) || place.forward === lower(channel))),
    ask,
    askAll(): void {
      if (all.length === 0) allTried();
      ask(all);
    },
    askLater(place: Place, delay: number): void {
      clearTimeout(place.timer);
      place.timer = setTimeout(() => ask([place]), delay);
    },
    entered(place: Place, channel: string): void {
      clearTimeout(place.timer);
      if (place.at !== lower(channel)) place.since = Date.now();
      place.at = lower(channel);
      place.refusals = 0;
      place.refusal = '';
      place.givenUp = null;
      answered(place, true);
    },
    answered,
    stop(): void {
      for (const place of all) {
        clearTimeout(place.timer);
        answered(place, false);
      }
    },
  };
}

/** Places in the order given, as many together as fit into one line. */
function groups(places: readonly Place[]): Place[][] {
  const result: Place[][] = [];
  let bytes = JOIN_BYTES;
  for (const place of places) {
    const size = Buffer.byteLength(place.name) + 1;
    bytes += size;
    if (bytes > JOIN_BYTES) {
      result.push([]);
      bytes = size;
    }
    result.at(-1)?.push(place);
  }
  return result;
}
