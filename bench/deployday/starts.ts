import { setTimeout as delay } from 'node:timers/promises';
import { median } from '../cost.ts';
import type { CpuGroup } from '../cpu/meter.ts';
import { residentMegabytes } from '../cpu/processes.ts';
import type { Reported } from '../report.ts';
import { type Deployday, type DeploydayOptions, startDeployday } from './process.ts';

/** Starts Deployday, then so many times again with the data that is there now; the last one goes on. */
export async function startSeveralTimes(
  options: DeploydayOptions,
  warm: number,
  say: (line: string) => void,
): Promise<{ deployday: Deployday; measured: Reported[] }> {
  let deployday = await startDeployday(options);
  const cold = deployday.startedInMs;
  const warmMs: number[] = [];
  for (let i = 0; i < warm; i += 1) {
    await deployday.stop();
    deployday = await startDeployday(options);
    warmMs.push(deployday.startedInMs);
  }
  say(
    `Deployday started: ${seconds(cold)} the first time${warm ? `, then ${warmMs.map(seconds).join(', ')}` : ''}`,
  );
  if (warm === 0) return { deployday, measured: [] };
  await quiet(options.group);
  const { now } = await residentMegabytes(deployday.pid);
  return {
    deployday,
    measured: [
      {
        key: 'start_warm_s',
        title: 'warm start to ready',
        value: median(warmMs) / 1000,
        unit: 's',
        atMost: 3,
      },
      { key: 'start_cold_s', title: 'first start to ready', value: cold / 1000, unit: 's', atMost: null },
      { key: 'rss_idle_mb', title: 'resident memory, idle', value: now, unit: 'MB', atMost: 200 },
    ],
  };
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** Waits until next to nothing is done, for ten seconds at the most. */
async function quiet(group: CpuGroup): Promise<void> {
  for (let i = 0; i < 10; i += 1) {
    const before = await group.seconds();
    await delay(1_000);
    if ((await group.seconds()) - before < 0.02) return;
  }
}
