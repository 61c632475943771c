import type { Queryable } from './client.ts';
import { received } from './schema.ts';

/** Notes that a message is being acted on; false when it was before: a redelivery. */
export async function noteReceived(db: Queryable, adapter: string, messageId: string): Promise<boolean> {
  const rows = await db.insert(received).values({ adapter, messageId }).onConflictDoNothing().returning();
  return rows.length > 0;
}
