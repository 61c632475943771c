import { CHANNELS } from '../db/events.ts';
import type { Listener } from '../db/listen.ts';
import { orphanedRuns, takeHold } from '../db/runs.ts';
import { type Drive, type DriveOptions, startDrive } from './drive.ts';
import type { Queue } from './queue.ts';

export interface WorkerOptions extends DriveOptions {
  /** Names this worker in the database: host and process. */
  readonly name: string;
  readonly queue: Queue;
  readonly listener: Listener;
  /** How often runs that nobody drives are looked for. */
  readonly sweepSeconds: number;
}

/** Drives runs: those it hears of, and those that the sweep finds lying. */
export interface Worker {
  /** Lets go of every run; what runs on nodes goes on there. */
  stop(): Promise<void>;
  /** Looks for runs that nobody drives, now. */
  sweep(): Promise<void>;
}

export function startWorker(options: WorkerOptions): Worker {
  const { database, queue, listener, log } = options;
  const drives = new Map<number, Drive>();
  const taking = new Set<Promise<void>>();
  let stopped = false;

  async function take(runId: number): Promise<void> {
    if (stopped || drives.has(runId)) return;
    const hold = await takeHold(database.db, runId, options.name, options.holdSeconds);
    if (!hold) return;
    const drive = startDrive(hold, options);
    drives.set(runId, drive);
    if (stopped) await drive.letGo();
    void drive.finished.then(() => drives.delete(runId));
  }

  function takeLater(runId: number): void {
    const job = take(runId).catch((error: Error) =>
      log(`run ${runId}: could not be taken up: ${error.message}`),
    );
    taking.add(job);
    void job.then(() => taking.delete(job));
  }

  async function sweep(): Promise<void> {
    if (stopped) return;
    try {
      for (const runId of await orphanedRuns(database.db)) takeLater(runId);
    } catch (error) {
      log(`looking for waiting runs failed: ${(error as Error).message}`);
    }
  }

  const stops = [
    queue.onRing(takeLater),
    listener.on(CHANNELS.cancel, (payload) => drives.get(Number(payload))?.cancel()),
    listener.on(CHANNELS.resolved, (payload) => drives.get(Number(payload))?.answered()),
    listener.on(CHANNELS.slots, () => {
      for (const drive of drives.values()) drive.slotsFreed();
    }),
    listener.onReconnect(() => void sweep()),
  ];
  const timer = setInterval(() => void sweep(), options.sweepSeconds * 1000);
  void sweep();

  return {
    sweep,
    async stop() {
      stopped = true;
      clearInterval(timer);
      for (const stop of stops) stop();
      await Promise.all(taking);
      await Promise.all([...drives.values()].map((drive) => drive.letGo()));
    },
  };
}
