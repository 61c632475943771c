import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DayPlan } from './plan.ts';
import type { Stage } from './stage.ts';
import type { Evidence } from './verdict/evidence.ts';

/** Writes down everything about a day that did not go well; where that is. */
export async function keep(
  plan: DayPlan,
  problems: readonly string[],
  evidence: Evidence,
  { database, bot, clock }: Stage,
): Promise<string> {
  const folder = join(tmpdir(), `deployday-day-${plan.seed}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const { answers, leases, runs, approvals, accounts, events } = evidence;
  await write('problems.txt', `${problems.join('\n')}\n`);
  await write('plan.json', `${JSON.stringify(plan, null, 1)}\n`);
  await write('clock.json', `${JSON.stringify(clock.jumps)}\n`);
  await write(
    'watch.jsonl',
    lines([...leases, ...runs, ...approvals, ...accounts, ...events].toSorted((a, b) => a.seq - b.seq)),
  );
  await write(
    'said.txt',
    answers
      .map(
        ({ spoken: { at, account, text, where, messageId }, received, written, seen }) =>
          `${new Date(at).toISOString()} ${account.service} ${account.handle} (${where}) ${messageId}: ${text}\n    taken in ${received}, ${written.join(',') || 'no answer'}: ${seen.join(' || ')}\n`,
      )
      .join(''),
  );
  for (const table of [
    'events',
    'outbox',
    'received',
    'persons',
    'identities',
    'participants',
    'audit',
  ] as const) {
    const order = table === 'events' || table === 'outbox' || table === 'audit' ? 'order by id' : '';
    await write(`${table}.jsonl`, lines(await database.query(`select * from ${table} ${order}`)));
  }
  await write('bot.log', bot.log.join(''));
  return folder;
}
