import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Home, makeHome } from '../support/process.ts';
import { madeFile, writeBlueprint } from './blueprint.ts';
import type { Lane } from './lane.ts';
import type { Machine } from './machine.ts';
import { type Parts, startParts } from './parts.ts';
import type { RoundPlan } from './plan.ts';
import type { RoundDatabase } from './postgres.ts';
import { NETWORK, NICK, openRoom, PERSON, ROOM, type Room, type Talk, terminalOf } from './talk.ts';

/** What a round is played on: machines, processes, a database of its own, and where people and bot talk. */
export interface Stage {
  readonly lane: Lane;
  readonly machines: readonly Machine[];
  readonly home: Home;
  readonly database: RoundDatabase;
  readonly parts: Parts;
  readonly talk: Talk;
  close(): Promise<void>;
}

/** A disk for tasks that a fault can fill: room enough for a run. */
const SMALL_DISK = 8 << 20;

/** Sets the stage, and waits until every process is ready. */
export async function openStage(plan: RoundPlan, lane: Lane): Promise<Stage> {
  const machines = lane.machines.slice(0, plan.machines);
  const opened: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const each of opened.splice(0).reverse()) await each();
  };
  try {
    for (const [i, machine] of machines.entries()) {
      const isSmall = plan.faults.some((fault) => fault.kind === 'disk' && fault.machine === i + 1);
      await tidy(machine, isSmall ? SMALL_DISK : null);
      // What another round would stumble over.
      opened.push(async () => machine.proxy.resume());
      if (isSmall) opened.push(() => tidy(machine, null));
      for (const step of plan.steps.filter(({ made }) => made.includes(i + 1)))
        await writeFile(join(machine.site.home, madeFile(step)), '');
    }
    const database = await lane.postgres.createDatabase(`round_${plan.seed}_${Date.now().toString(36)}`);
    opened.push(() => database.drop());
    const home = await makeHome();
    opened.push(() => home.remove());
    const room = plan.shape.kind === 'distributed' ? await openRoom() : null;
    if (room) opened.push(() => room.stop());
    await configure(home, plan, machines, room);
    // What an earlier round has left there is about other runs of the same numbers.
    await lane.redis.flush();
    const redis = room ? { REDIS_URL: lane.redis.url } : {};
    const parts = await startParts(home, plan.shape, { DATABASE_URL: database.url, ...redis });
    opened.push(() => parts.stop());
    return { lane, machines, home, database, parts, talk: room ?? terminalOf(parts), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Nothing of an earlier round is left. */
async function tidy(machine: Machine, disk: number | null): Promise<void> {
  for (const folder of [machine.site.home, machine.copied]) {
    for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
  }
  const isAsWanted = machine.disk() === null && disk === null && (await machine.processes()).length === 0;
  if (isAsWanted) return machine.wipe();
  await machine.cutPower();
  await machine.wipe();
  await machine.boot({ disk });
}

async function configure(
  home: Home,
  plan: RoundPlan,
  machines: readonly Machine[],
  room: Room | null,
): Promise<void> {
  const file = (name: string) => join(home.folder, name);
  const [first] = machines;
  if (!first) throw new Error('a round needs a machine');
  await writeBlueprint(file('blueprints'), plan);
  await writeFile(file('key'), first.site.endpoint.privateKey, { mode: 0o600 });
  const known = machines.flatMap(({ site, proxy }) =>
    site.hostKeys.map((key) => `[127.0.0.1]:${proxy.port} ${key}\n`),
  );
  await writeFile(file('known_hosts'), known.join(''));
  const rack = {
    provider: 'ssh',
    user: first.site.endpoint.user,
    key: file('key'),
    hostKeys: file('known_hosts'),
    heavySlots: plan.heavySlots,
    nodes: machines.map(({ proxy }, i) => ({ name: `r${i + 1}`, address: '127.0.0.1', port: proxy.port })),
  };
  const configuration = {
    ...(room ? chatIn(room) : { admins: [] }),
    blueprints: [file('blueprints')],
    pools: { rack },
  };
  // JSON is YAML.
  await home.configure(JSON.stringify(configuration));
}

const chatIn = ({ server }: Room) => ({
  admins: [`irc:${NETWORK}/${PERSON}`],
  irc: [
    {
      network: NETWORK,
      host: '127.0.0.1',
      port: server.port,
      tls: false,
      nick: NICK,
      channels: [ROOM],
      identify: 'nick',
      linesPerSecond: 50,
      colors: false,
    },
  ],
});
