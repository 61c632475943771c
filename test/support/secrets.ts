import pg from 'pg';
import type { World } from './world.ts';

/** Generated secrets of environments: how many there are, and those that people or the database can see. */
export async function secretsSeen(
  world: World,
  environment: string,
): Promise<{ readonly count: number; readonly seen: readonly string[] }> {
  const client = new pg.Client(world.config.databaseUrl as string);
  await client.connect();
  try {
    const { rows } = await client.query<{ secrets: Record<string, string> }>(
      'select secrets from environments',
    );
    const secrets = rows.flatMap((row) => Object.values(row.secrets));
    const stored = await client.query<{ text: string }>(
      `select coalesce(string_agg(text, ' '), '') as text from output
       union all select coalesce(string_agg(facts::text, ' '), '') from fact_sets
       union all select coalesce(string_agg(facts::text, ' '), '') from snapshots
       union all select coalesce(string_agg(data::text, ' '), '') from events
       union all select coalesce(string_agg(message::text, ' '), '') from outbox
       union all select coalesce(string_agg(concat(command, answer), ' '), '') from audit
       union all select coalesce(string_agg(title, ' '), '') from run_steps
       union all select coalesce(string_agg(detail, ' '), '') from tasks`,
    );
    const page = await (await fetch(`${world.app.url}/api/environments/${environment}`)).text();
    const everything = [world.transcript(), page, ...stored.rows.map((row) => row.text)].join('\n');
    return { count: secrets.length, seen: secrets.filter((secret) => everything.includes(secret)) };
  } finally {
    await client.end();
  }
}
