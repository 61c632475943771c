import { toPng } from './png.ts';
import type { Picture } from './svg.ts';

/** Looks up what a picture shows, and lays it out; null: there is no such thing. */
export type Draw = (name: string) => Promise<Picture | null>;

export interface Gallery {
  /** As SVG; null when there is nothing to draw (any more). */
  svg(name: string): Promise<string | null>;
  /** As PNG. Rejects with {@link GalleryBusy} when too many others are being waited for. */
  png(name: string): Promise<Buffer | null>;
}

/** More pictures are asked for than can be drawn; asking again in a few seconds is right. */
export class GalleryBusy extends Error {
  constructor() {
    super('too many pictures are asked for at this moment');
    this.name = 'GalleryBusy';
  }
}

/** What is shown may be so old: a run goes on while it is looked at by many. */
const FRESH_MS = 1_000;
const MOST_KEPT = 64;
const MOST_WAITING = 20;

interface Kept {
  readonly picture: Picture | null;
  readonly lookedAt: number;
  png: Promise<Buffer> | undefined;
}

/**
 * Draws pictures by name. Each is looked up at most once a second and drawn again only when it would look different; one PNG
 * is drawn at a time, on a thread of its own, so that no number of viewers takes the machine from the runs.
 */
export function createGallery(draw: Draw, now: () => number = Date.now): Gallery {
  const kept = new Map<string, Kept>();
  const looking = new Map<string, Promise<Kept>>();
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  function look(name: string): Promise<Kept> {
    const known = kept.get(name);
    if (known && now() - known.lookedAt < FRESH_MS) return Promise.resolve(known);
    const going = looking.get(name);
    if (going) return going;
    const looked = lookAnew(name, known).finally(() => looking.delete(name));
    looking.set(name, looked);
    return looked;
  }

  async function lookAnew(name: string, known: Kept | undefined): Promise<Kept> {
    const picture = await draw(name);
    const isSame = picture !== null && known?.picture?.svg === picture.svg;
    const found: Kept = { picture, lookedAt: now(), png: isSame ? known.png : undefined };
    kept.delete(name);
    // Names that lead nowhere can be made up without end.
    if (picture !== null) kept.set(name, found);
    const oldest = kept.keys().next().value;
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    return found;
  }

  async function inTurn(picture: Picture): Promise<Buffer> {
    if (waiting >= MOST_WAITING) throw new GalleryBusy();
    waiting++;
    const drawn = last.then(() => toPng(picture));
    last = drawn.catch(() => {});
    try {
      return await drawn;
    } finally {
      waiting--;
    }
  }

  return {
    svg: async (name) => (await look(name)).picture?.svg ?? null,
    async png(name) {
      const found = await look(name);
      if (found.picture === null) return null;
      found.png ??= inTurn(found.picture).catch((error: unknown) => {
        found.png = undefined;
        throw error;
      });
      return found.png;
    },
  };
}
