import { Redis } from 'ioredis';

export type Found =
  | { readonly state: 'answers' }
  | { readonly state: 'refuses' | 'away'; readonly why: string };

const PATIENCE_MS = 3_000;

/** Whether the Redis answers, refuses us (password, user, number of the database), or cannot be reached now. */
export async function tryRedis(url: string): Promise<Found> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: PATIENCE_MS,
    commandTimeout: PATIENCE_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let why = 'no answer';
  let refused = false;
  client.on('error', (error: Error) => {
    why = error.message;
    refused ||= error.name === 'ReplyError';
  });
  try {
    await client.connect();
    await client.ping();
    return refused ? { state: 'refuses', why } : { state: 'answers' };
  } catch (error) {
    refused ||= (error as Error).name === 'ReplyError';
    if ((error as Error).name === 'ReplyError') why = (error as Error).message;
    return { state: refused ? 'refuses' : 'away', why };
  } finally {
    client.disconnect();
  }
}
