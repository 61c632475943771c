/** What a node has kept for so many days without being asked for it is forgotten by the next run on it, whosever it was. */
export const KEPT_DAYS = 7;

/** Stands between the two parts of what is on record of a node's mark: the mark, and since when if the node had another one before. */
const SINCE = ' since ';

/** What is to be on record of a node that says this mark now (see {@link Connection.mark}); `before`: what is, null: nothing. */
export function markRecord(mark: string, before: string | null, now = new Date()): string {
  if (before === null) return mark;
  return before.split(SINCE)[0] === mark ? before : `${mark}${SINCE}${now.toISOString()}`;
}

/** By so much may the clocks of two workers differ. */
const CLOCKS_DIFFER_MS = 10_000;

/**
 * The mark under which a node may have been asked to run a task that is not over: any other text than a mark says that it was
 * another one, or that nobody can say. A mark is put on record before anything is started under it: with none there, this was
 * not.
 */
export function markAtBegin(record: string | null, startedAt: Date | null, now = new Date()): string | null {
  if (record === null || startedAt === null) return record;
  // The node may have been tidied up: that it does not know the task does not say any more that it was never started there.
  const days = (now.getTime() - startedAt.getTime()) / 86_400_000;
  if (days >= KEPT_DAYS) return `${record}, long ago`;
  const [mark = '', since] = record.split(SINCE);
  // It was reset or has rebooted since. Who found that out may have died before he could write down what that means to the task.
  if (since !== undefined && startedAt.getTime() < Date.parse(since) + CLOCKS_DIFFER_MS)
    return `${record}, begun before`;
  return mark;
}
