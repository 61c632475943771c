import { Redis } from 'ioredis';

export type Found =
  | { readonly state: 'answers' }
  | { readonly state: 'refuses' | 'away'; readonly why: string };

/** Whether the Redis answers, refuses us (password, user, number of the database), or cannot be reached now. */
export async function tryRedis(url: string, patienceMs = 3_000): Promise<Found> {
  let refusal: Error | null = null;
  let last: Error | null = null;
  const note = (error: Error): void => {
    last = error;
    if (error.name === 'ReplyError') refusal ??= error;
  };
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: patienceMs,
    commandTimeout: patienceMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // Why it cannot be reached, or refuses us, is said here alone; the call just fails.
  client.on('error', note);
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    if (last === null || (error as Error).name === 'ReplyError') note(error as Error);
  } finally {
    client.disconnect();
  }
  return found(refusal, last);
}

function found(refusal: Error | null, last: Error | null): Found {
  if (refusal) return { state: 'refuses', why: refusal.message };
  return last ? { state: 'away', why: last.message } : { state: 'answers' };
}
