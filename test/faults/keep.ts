import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Evidence } from './evidence.ts';
import type { Stage } from './stage.ts';

/** Writes down everything about a round that did not go well; where that is. */
export async function keep(
  problems: readonly string[],
  evidence: Evidence,
  { machines, home, parts }: Stage,
): Promise<string> {
  const { plan, provisions, copied, journals, heard, record, ...rest } = evidence;
  const folder = join(tmpdir(), `deployday-round-${plan.seed}-${plan.kind}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  const json = (value: unknown) => `${JSON.stringify(value, null, 1)}\n`;
  const copy = async (from: string, name: string) =>
    write(name, await readFile(from, 'utf8').catch(() => ''));
  const timed = (at: number, text: string) => `${new Date(at).toISOString()} ${text}\n`;

  await write('problems.txt', `${problems.join('\n')}\n`);
  await write('plan.json', json(plan));
  await write('journals.json', json(journals));
  await write('evidence.json', json({ ...rest, record: { ...record, said: [...record.said] } }));
  await write('heard.txt', heard.map(({ at, line }) => timed(at, line)).join(''));
  await write(
    'said.txt',
    parts
      .said()
      .map(({ at, part, line }) => timed(at, `${part}: ${line}`))
      .join(''),
  );
  for (const [i, { logs, ...provision }] of provisions.entries()) {
    await write(`provision-${i + 1}.json`, json(provision));
    for (const [what, text] of logs) await write(`${what}-${i + 1}.log`, text);
  }
  for (const [what, { content }] of copied) await writeFile(join(folder, what), content);
  for (const [i, { site }] of machines.entries()) await copy(join(site.dir, 'sshd.log'), `sshd-${i + 1}.log`);
  // One data folder per process, named alike.
  const folders = (await readdir(home.folder)).filter((name) => name.startsWith(basename(home.data)));
  for (const name of folders) {
    await copy(join(dirname(home.data), name, 'log', 'deployday.log'), `${name}.log`);
  }
  return folder;
}
