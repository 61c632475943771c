/** Something that waits in line for one target. */
export interface Waiting<Target> {
  readonly target: Target;
  /** 0: somebody waits for it; higher: less urgent. */
  readonly rank: number;
}

/** So often a more urgent target goes first for each step of rank before this one has its turn. */
const PATIENCE = 3;

/**
 * Who is next: order is kept within a target; between targets the more urgent one comes first, equally urgent ones take turns, and
 * nobody is passed over for long. Something urgent also hurries what stands before it in the same line.
 */
export function createTurns<Target, Item extends Waiting<Target>>() {
  const lines = new Map<Target, { items: Item[]; passedOver: number }>();
  const urgency = (line: { items: Item[]; passedOver: number }): number =>
    Math.min(...line.items.map((item) => item.rank)) * PATIENCE - line.passedOver;

  return {
    get isEmpty() {
      return lines.size === 0;
    },
    all: (): Item[] => [...lines.values()].flatMap((line) => line.items),
    add(item: Item): void {
      const line = lines.get(item.target);
      if (line) line.items.push(item);
      else lines.set(item.target, { items: [item], passedOver: 0 });
    },
    remove(item: Item): void {
      const line = lines.get(item.target);
      if (!line) return;
      line.items = line.items.filter((each) => each !== item);
      if (line.items.length === 0) lines.delete(item.target);
    },
    /** The first of the line whose turn it is, among the first ones that can go now. It counts as served, unless something is still to be done before. */
    take(canGo: (item: Item) => boolean, isServed: (item: Item) => boolean = () => true): Item | undefined {
      const able = [...lines].filter(([, { items }]) => items[0] && canGo(items[0]));
      let next = able[0];
      for (const each of able) if (next && urgency(each[1]) < urgency(next[1])) next = each;
      if (!next) return undefined;
      const [target, line] = next;
      const [item] = line.items;
      if (!item || !isServed(item)) return item;
      for (const [, other] of able) other.passedOver++;
      line.passedOver = 0;
      lines.delete(target); // to the end of the turn
      lines.set(target, line);
      return item;
    },
  };
}
