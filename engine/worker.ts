import { CHANNELS, notify } from '../db/events.ts';
import type { Listener } from '../db/listen.ts';
import { orphanedRuns, takeHold } from '../db/runs.ts';
import { type Drive, type DriveOptions, startDrive } from './drive.ts';
import type { Queue } from './queue.ts';
import { createStranded } from './stranded.ts';
import { createTidier } from './tidier.ts';

export interface WorkerOptions extends Omit<DriveOptions, 'tidier' | 'asked' | 'serves'> {
  /** Names this worker in the database: host and process. */
  readonly name: string;
  readonly queue: Queue;
  readonly listener: Listener;
  /** How often runs that nobody drives are looked for. */
  readonly sweepSeconds: number;
  /** Whether this process will serve the pool, which it is still making ready. */
  readonly willServe: (pool: string) => boolean;
}

/** Drives runs: those it hears of, and those that the sweep finds lying. */
export interface Worker {
  /** Lets go of every run; what runs on nodes goes on there. */
  stop(): Promise<void>;
  /** Looks for runs that nobody drives, now. */
  sweep(): Promise<void>;
  /** Takes up runs of this pool from now on, whenever `isOurs`. Returns the way to take up no more of them and to let go of those that were. */
  serve(pool: string, isOurs?: () => boolean): () => void;
}

export function startWorker(options: WorkerOptions): Worker {
  const { database, queue, listener, log } = options;
  const drives = new Map<number, Drive>();
  const taking = new Map<number, Promise<void>>();
  const tidier = createTidier(log);
  const stranded = createStranded(options);
  const served = new Map<string, { isOurs(): boolean; stopRings(): void }>();
  let stopped = false;

  /** The pools whose runs may be taken up now. */
  const pools = () => [...served].flatMap(([pool, { isOurs }]) => (isOurs() ? pool : []));

  async function take(runId: number): Promise<void> {
    if (stopped || drives.has(runId)) return;
    const asked = performance.now();
    const hold = await takeHold(database.db, runId, options.name, options.holdSeconds, pools());
    if (!hold) return;
    const drive = startDrive(hold, { ...options, tidier, asked, serves: (pool) => served.has(pool) });
    drives.set(runId, drive);
    if (stopped) await drive.letGo();
    void drive.finished.then(() => drives.delete(runId));
  }

  /** Resolves when the run was taken up, or found to be nothing for us. */
  function takeInTurn(runId: number): Promise<void> {
    // A later ring looks again: the run may have been let go on since the first look.
    const job = (taking.get(runId) ?? Promise.resolve())
      .then(() => take(runId))
      .catch((error: Error) => log(`run ${runId}: could not be taken up: ${error.message}`));
    taking.set(runId, job);
    void job.then(() => taking.get(runId) === job && taking.delete(runId));
    return job;
  }

  async function sweep(): Promise<void> {
    if (stopped) return;
    try {
      const ours = pools();
      for (const runId of await orphanedRuns(database.db, ours)) void takeInTurn(runId);
      await stranded.look(ours);
    } catch (error) {
      log(`looking for waiting runs failed: ${(error as Error).message}`);
    }
  }

  /** Another worker need not wait until it looks for it. */
  async function letGo(runId: number, drive: Drive): Promise<void> {
    await drive.letGo();
    await notify(database.db, CHANNELS.runs, String(runId)).catch(() => {});
  }

  const stops = [
    listener.on(CHANNELS.cancel, (payload) => drives.get(Number(payload))?.cancel()),
    listener.on(CHANNELS.resolved, (payload) => drives.get(Number(payload))?.answered()),
    listener.on(CHANNELS.slots, () => {
      for (const drive of drives.values()) drive.slotsFreed();
    }),
    listener.onReconnect(() => void sweep()),
  ];
  const timer = setInterval(() => void sweep(), options.sweepSeconds * 1000);

  return {
    sweep,
    serve(pool, isOurs = () => true) {
      const stopRings = queue.onRing(pool, takeInTurn);
      served.set(pool, { isOurs, stopRings });
      void sweep();
      return () => {
        served.delete(pool);
        stopRings();
      };
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      for (const stop of stops) stop();
      // What rings from now on is for others to hear.
      for (const { stopRings } of served.values()) stopRings();
      await Promise.all(taking.values());
      await Promise.all([...drives].map(([runId, drive]) => letGo(runId, drive)));
      tidier.stop();
    },
  };
}
