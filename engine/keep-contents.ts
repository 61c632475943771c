import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Database } from '../db/client.ts';
import { keepContent, keptContents } from '../db/contents.ts';
import type { Blueprint } from './blueprint/blueprint.ts';
import { Refusal } from './refusal.ts';

/** Keeps the files that the blueprint copies and its playbooks consist of, so that its runs use just these, on whatever machine a worker runs. */
export async function keepContents(database: Database, { name, steps, teardown }: Blueprint): Promise<void> {
  const copies = [...steps, ...teardown].flatMap(({ copy, playbook }) => [
    ...(copy ? [copy] : []),
    ...(playbook?.files ?? []),
  ]);
  if (copies.length === 0) return;
  const kept = await keptContents(
    database.db,
    copies.map(({ sha256 }) => sha256),
  );
  for (const { from, source, sha256 } of copies) {
    if (kept.has(sha256)) continue;
    const data = await readFile(source);
    if (createHash('sha256').update(data).digest('hex') !== sha256) {
      throw new Refusal(`${from} of blueprint ${name} is being changed just now`, 'try again');
    }
    await keepContent(database.db, sha256, data);
  }
}
