import { startRedis, type TestRedis } from '../support/redis.ts';
import { type Machine, startMachine } from './machine.ts';
import { MOST_MACHINES } from './plan.ts';
import { type RoundsPostgres, startPostgres } from './postgres.ts';

/** Servers that one round after the other uses: starting them anew each time would take longer than the round. */
export interface Lane {
  readonly postgres: RoundsPostgres;
  readonly redis: TestRedis;
  readonly machines: readonly Machine[];
  stop(): Promise<void>;
}

export async function openLane(): Promise<Lane> {
  const machines: Machine[] = [];
  for (let i = 0; i < MOST_MACHINES; i += 1) {
    const [first] = machines;
    machines.push(await startMachine(first ? { alsoAuthorized: [first.site.clientKey] } : {}));
  }
  const postgres = await startPostgres();
  const redis = await startRedis();
  return {
    postgres,
    redis,
    machines,
    async stop() {
      await redis.remove();
      await postgres.stop();
      for (const machine of machines) await machine.stop();
    },
  };
}
