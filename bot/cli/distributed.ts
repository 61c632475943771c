import { StartError } from '../start-error.ts';
import type { Invocation } from './invocation.ts';
import { serve } from './serve.ts';

/** `deployday bot`: chat services and page; runs are driven by workers. */
export async function bot(invocation: Invocation): Promise<number> {
  requireDatabase(invocation, 'deployday bot talks to people and leaves runs to the workers');
  return serve(invocation, 'bot');
}

/** `deployday worker`: drives runs; people are talked to by bots. */
export async function worker(invocation: Invocation): Promise<number> {
  requireDatabase(invocation, 'deployday worker drives the runs that people start by a bot');
  return serve(invocation, 'worker');
}

/** A private database is for one process. */
function requireDatabase({ config }: Invocation, what: string): void {
  if (config.databaseUrl !== null) return;
  throw new StartError(
    `DATABASE_URL is not set: ${what}, which finds them in a PostgreSQL that both reach; set it for every process, or start deployday alone, which does everything`,
  );
}
