import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 5_000;
/** Share of all cores' time that is used at most when nobody loads anything; two environments that nobody asks use about a tenth. */
const BUSY = 0.25;
const LOOKS = 3;
const PATIENCE_MS = 180_000;

/**
 * Waits until the machine has had little to do for {@link LOOKS} looks in a row: an environment loads some programs half a minute
 * after it is ready, and what is timed next is not to pay for them. Resolves with the milliseconds it waited; rejects after
 * {@link PATIENCE_MS}, for then something else runs here and no figure would mean anything.
 */
export async function machineSettled(): Promise<number> {
  const started = performance.now();
  for (let calm = 0, before = times(); calm < LOOKS; ) {
    if (performance.now() - started > PATIENCE_MS)
      throw new Error(`the machine did not come to rest within ${PATIENCE_MS / 1000} s: end what else runs`);
    await sleep(LOOK_MS);
    const now = times();
    calm = (now.busy - before.busy) / (now.all - before.all) < BUSY ? calm + 1 : 0;
    before = now;
  }
  return performance.now() - started;
}

/** Milliseconds of all cores since the machine began. */
function times(): { readonly busy: number; readonly all: number } {
  const each = cpus().map(({ times: { user, nice, sys, irq, idle } }) => {
    const busy = user + nice + sys + irq;
    return { busy, all: busy + idle };
  });
  return {
    busy: each.reduce((sum, { busy }) => sum + busy, 0),
    all: each.reduce((sum, { all }) => sum + all, 0),
  };
}
