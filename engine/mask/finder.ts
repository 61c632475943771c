/** A sequence of bytes to look for: for each place the characters (as latin1) that may stand there. Two places or more. */
export type Pattern = readonly string[];

/** The pattern of exactly this text. */
export const exactly = (text: string): Pattern => [...text];

/** The pattern of this text in capital or small letters. */
export const inAnyCase = (text: string): Pattern =>
  [...text].map((c) => [...new Set([c.toLowerCase(), c.toUpperCase()])].join(''));

export interface Finder {
  /** Where the first match that lies after `from` ends (its last byte); -1 when there is none. */
  next(bytes: Uint8Array, from: number): number;
}

const HIT = -1;
const UNKNOWN = -2;
/** States that are kept at once, 1 KiB each. Ordinary output comes to a few hundred. */
const MOST_STATES = 2048;

/**
 * Looks for all patterns at once, one table look-up per byte however many they are: what is common to most output, that
 * there is nothing to be found, must cost next to nothing.
 *
 * It is a finite automaton whose transitions are worked out when they are first met. A state is the set of places that
 * the patterns under way have come to.
 */
export function createFinder(patterns: readonly Pattern[]): Finder {
  // A place is a number; those of one pattern follow each other.
  const places = patterns.flatMap((pattern) =>
    pattern.map((allowed, at) => ({ allowed, last: at === pattern.length - 1 })),
  );
  const begins = new Map<string, number[]>();
  let first = 0;
  for (const pattern of patterns) {
    for (const c of pattern[0] ?? '') begins.set(c, [...(begins.get(c) ?? []), first]);
    first += pattern.length;
  }

  /** By state: the places that the next byte may match, beside the patterns' beginnings. The first state has none. */
  let states: (readonly number[])[] = [];
  let stateOf = new Map<string, number>();
  /** For each state 256 next ones, as the index of their first entry here. */
  let table = new Int32Array(0);

  function forget(): void {
    states = [];
    stateOf = new Map();
    table = new Int32Array(16 * 256).fill(UNKNOWN);
    rowOf([]);
  }

  function rowOf(under: readonly number[]): number {
    const key = under.join();
    let state = stateOf.get(key);
    if (state === undefined) {
      state = states.push(under) - 1;
      stateOf.set(key, state);
      if (states.length * 256 > table.length) {
        const wider = new Int32Array(table.length * 2).fill(UNKNOWN);
        wider.set(table);
        table = wider;
      }
    }
    return state * 256;
  }

  function learn(row: number, byte: number): number {
    const c = String.fromCharCode(byte);
    const matched = [...(states[row / 256] ?? []), ...(begins.get(c) ?? [])].filter((place) =>
      places[place]?.allowed.includes(c),
    );
    if (matched.some((place) => places[place]?.last)) {
      table[row + byte] = HIT;
      return HIT;
    }
    const under = matched.map((place) => place + 1).sort((a, b) => a - b);
    if (states.length === MOST_STATES) {
      forget();
      return rowOf(under);
    }
    const next = rowOf(under);
    table[row + byte] = next;
    return next;
  }

  forget();
  return {
    next(bytes, from) {
      let known = table;
      let row = 0;
      for (let at = from; at < bytes.length; at++) {
        const byte = bytes[at] as number;
        let next = known[row + byte] as number;
        if (next < 0) {
          if (next === UNKNOWN) {
            next = learn(row, byte);
            known = table;
          }
          if (next === HIT) return at;
        }
        row = next;
      }
      return -1;
    },
  };
}
