import type { Provider } from '../../engine/provider.ts';

/** A pool and what is being done with its machines, some of which takes minutes and is done to its end whatever happens. */
export interface AtWork {
  /** The pool's provider: what it is asked for is known here. */
  readonly provider: Provider;
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>;
}

export function atWorkIn(provider: Provider): AtWork {
  const underWay = new Set<Promise<unknown>>();

  function known<Words extends unknown[], Result>(act: (...words: Words) => Promise<Result>) {
    return (...words: Words): Promise<Result> => {
      const work = act(...words);
      const over = () => void underWay.delete(work);
      underWay.add(work);
      work.then(over, over);
      return work;
    };
  }

  const { create, find, reset, snapshot, dropLayer, share, destroy } = provider;
  return {
    provider: {
      ...provider,
      ...{ create: known(create), find: known(find), reset: known(reset), snapshot: known(snapshot) },
      ...{ dropLayer: known(dropLayer), share: known(share), destroy: known(destroy) },
    },
    async settled() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}
