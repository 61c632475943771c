import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { linesAfter } from '../../../engine/output/read-lines.ts';
import { readLog } from '../../../engine/output/read-log.ts';
import type { Connection } from '../../../engine/transport.ts';
import { createSshTransport } from '../../../engine/transports/ssh.ts';
import { describeIf } from '../../support/needs.ts';
import { needSshd, startSshd, type TestSshd } from '../../support/sshd.ts';
import { type OutputWorld, openOutputWorld } from './support.ts';

const sshd = await needSshd();
const MiB = 1024 * 1024;
const TASKS = 20;
const nodes = Array.from({ length: TASKS }, (_, i) => `n-${i + 1}`);

describeIf(sshd)('more output than anybody wants, from real nodes', () => {
  let world: OutputWorld;
  let server: TestSshd;
  const connections: Connection[] = [];
  beforeAll(async () => {
    world = await openOutputWorld(nodes);
    server = await startSshd();
    const transport = createSshTransport();
    for (let i = 0; i < 3; i++) {
      connections.push(await transport.connect(server.endpoint, { timeoutMs: 30_000 }));
    }
  });
  afterAll(async () => {
    for (const connection of connections) connection.close();
    await server?.stop();
    await world?.close();
  });

  /** Runs a script for each node at once, its output stored as the engine does it. */
  async function runAll(name: string, scripts: readonly string[]): Promise<number> {
    const run = await world.run();
    const writer = run.writer(['correct-horse']);
    await Promise.all(
      scripts.map(async (script, i) => {
        const output = writer.open(run.tasks[nodes[i] as string] as number);
        const connection = connections[i % connections.length] as Connection;
        const outcome = await connection.run({ id: `${name}-${i}`, script, env: {} }, 0, output.write);
        await output.end();
        expect(outcome).toEqual({ state: 'finished', exitCode: 0 });
      }),
    );
    return run.id;
  }

  const logOf = (run: number, node: number) =>
    readLog(world.database.db, run, { node: nodes[node] as string });

  it('1 GB from one step: the first 64 MiB are kept with a word about it, in little memory', async () => {
    const memory = watchMemory();
    const run = await runAll('gigabyte', [
      "yes 'a line such as a chatty installer prints, again and again' | head -c 1000000000",
    ]);
    let bytes = 0;
    let end = Buffer.alloc(0);
    for await (const block of logOf(run, 0)) {
      bytes += block.length;
      end = Buffer.concat([end, block]).subarray(-200);
    }

    expect(memory.grown()).toBeLessThan(256 * MiB);
    expect(bytes).toBeGreaterThan(64 * MiB);
    // The node keeps its own words in the same file: a few hundred bytes more or less.
    expect(bytes).toBeLessThan(64 * MiB + 1024);
    expect(end.toString()).toMatch(/again and again\n.*\n\[deployday\] output beyond 64 MiB was dropped\n$/);
  });

  it('20 at once, each a nuisance of its own: all is stored exactly, in little memory', async () => {
    const kinds = [
      // Without colons: chance makes URLs with a password of them now and then.
      "head -c 4000000 /dev/urandom | tr -d ':'",
      'head -c 4000000 /dev/zero',
      "head -c 4000000 /dev/zero | tr '\\0' x",
      "for i in 1 2 3 4 5; do head -c 1000000 /dev/zero | tr '\\0' x; echo; done",
      "yes 'a perfectly ordinary line of a perfectly ordinary program' | head -c 8000000",
      "yes '' | head -c 500000",
      "i=0; while [ $i -lt 5000 ]; do printf '\\r%d of 5000' $i; i=$((i+1)); done; echo",
    ];
    const scripts = nodes.map((_, i) => `{ ${kinds[i % kinds.length]}; } | tee "$HOME/copy-${i}"`);
    const memory = watchMemory();
    const run = await runAll('nuisance', scripts);
    for (const [i] of nodes.entries()) {
      const told = await digest(logOf(run, i));
      expect(told, kinds[i % kinds.length]).toBe(
        await digest(createReadStream(join(server.home, `copy-${i}`))),
      );
    }

    expect(memory.grown()).toBeLessThan(256 * MiB);
    const filter = { node: nodes[6] as string };
    const bar = await linesAfter(world.database.db, run, 0, 10, filter);
    expect(bar.map(({ text }) => text)).toEqual(['4999 of 5000']);
  });
});

async function digest(blocks: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const block of blocks) hash.update(block);
  return hash.digest('hex');
}

/** How much this process has grown at most since the call, in bytes of resident memory. */
function watchMemory(): { grown(): number } {
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);
  return {
    grown() {
      clearInterval(timer);
      return most - before;
    },
  };
}
