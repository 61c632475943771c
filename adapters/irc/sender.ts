import { SendError } from '../adapter.ts';
import { splitBytes } from '../render/split.ts';
import { tokenBucket } from './bucket.ts';
import { isChannel, type Target } from './names.ts';

/** What the sender needs of a connection. */
export interface Line {
  readonly echoes: boolean;
  /** Bytes of text that one PRIVMSG to the target can carry. */
  room(target: Target): number;
  isIn(target: Target): boolean;
  write(line: string): void;
  /** True when the server has acted on everything written before; false when the connection ended. */
  roundTrip(): Promise<boolean>;
  rejoin(target: Target): Promise<boolean>;
}

interface Job {
  readonly target: Target;
  lines: string[];
  /** Something of it went out once, on this connection or an earlier one. */
  started: boolean;
  written: number;
  confirmed: number;
  /** The id that the service gave the first line, where it gives ids. */
  id: string | undefined;
  /** What the server said against it; writing stops until that is settled. */
  refusal: string | undefined;
  rejoined: boolean;
  done(id: string | undefined): void;
  fail(error: SendError): void;
}

interface Written {
  readonly job: Job;
  readonly at: number;
}

const BURST = 4;
/**
 * Lines the server has not confirmed yet. However slowly it reads, no more than this can pile up at its end, so it never has
 * a reason to cut us off for flooding.
 */
const WINDOW = 5;

/**
 * Sends messages line by line, at a rate the server bears, in turn between targets and in order within one.
 *
 * A message is taken when the server has echoed all of it, or, where it does not echo, has answered a PING sent after it. A
 * message whose first line is out is never given back as failed just because the connection broke: its remaining
 * lines follow after the reconnect.
 */
export function createSender(name: string, linesPerSecond: number, echoTime: number) {
  const queues = new Map<Target, Job[]>();
  const bucket = tokenBucket(BURST, linesPerSecond, performance.now());
  let line: Line | undefined;
  let inFlight: Written[] = [];
  let timer: NodeJS.Timeout | undefined;
  let echoTimer: NodeJS.Timeout | undefined;
  let sinceRoundTrip = 0;
  let stopped = false;
  const idle: (() => void)[] = [];

  const where = (target: Target): string => `${name}/${isChannel(target) ? '' : '@'}${target}`;

  function pump(): void {
    clearTimeout(timer);
    while (line && inFlight.length < WINDOW) {
      const job = nextJob(line);
      if (!job) return;
      const wait = bucket.wait(performance.now());
      if (wait > 0) {
        timer = setTimeout(pump, wait);
        return;
      }
      writeLine(line, job);
    }
  }

  /** The first message of the next target in turn that has something to write. */
  function nextJob(to: Line): Job | undefined {
    for (const [target, [job]] of queues) {
      if (!job || job.refusal !== undefined || job.written >= job.lines.length || !to.isIn(target)) continue;
      return job;
    }
    return undefined;
  }

  function writeLine(to: Line, job: Job): void {
    const queue = queues.get(job.target) ?? [];
    queues.delete(job.target); // to the end of the turn
    queues.set(job.target, queue);
    bucket.charge(performance.now());
    job.started = true;
    inFlight.push({ job, at: performance.now() });
    to.write(`PRIVMSG ${job.target} :${job.lines[job.written++]}`);
    if (to.echoes) watchEchoes();
    else if (++sinceRoundTrip >= WINDOW - 1 || job.written === job.lines.length) confirmByRoundTrip(to);
  }

  function confirmByRoundTrip(to: Line): void {
    sinceRoundTrip = 0;
    const before = inFlight.at(-1);
    to.roundTrip().then((answered) => {
      if (!answered || !before || to !== line) return;
      for (const written of taken(before)) settle(written, (job) => confirm(job, undefined));
    });
  }

  /** An echo that does not come means that the server passed nothing on; a round trip makes sure. */
  function watchEchoes(): void {
    clearTimeout(echoTimer);
    const oldest = inFlight[0];
    const to = line;
    if (!oldest || !to) return;
    echoTimer = setTimeout(
      async () => {
        if (!(await to.roundTrip()) || to !== line || !inFlight.includes(oldest)) return;
        for (const written of taken(oldest)) {
          settle(written, (job) =>
            refuse(job, 'the server did not pass the line on; does a filter stand in its way?'),
          );
        }
      },
      Math.max(0, oldest.at + echoTime - performance.now()),
    );
  }

  /** The lines written up to this one. */
  function taken(last: Written): Written[] {
    return inFlight.slice(0, inFlight.indexOf(last) + 1);
  }

  function settle(written: Written, how: (job: Job) => void): void {
    inFlight = inFlight.filter((each) => each !== written);
    how(written.job);
    if (line?.echoes) watchEchoes();
    pump();
  }

  function confirm(job: Job, id: string | undefined): void {
    job.id ??= id;
    job.confirmed++;
    if (job.refusal !== undefined) resume(job);
    else if (job.confirmed === job.lines.length) {
      remove(job);
      job.done(job.id);
    }
  }

  function refuse(job: Job, reason: string): void {
    job.refusal ??= reason;
    resume(job);
  }

  /** After a refusal: once all its lines are answered, try to get (back) in, and if that helps go on where it stopped. */
  async function resume(job: Job): Promise<void> {
    if (inFlight.some((written) => written.job === job) || !line || job.refusal === undefined) return;
    if (isChannel(job.target) && !job.rejoined) {
      job.rejoined = true;
      const to = line;
      const joined = await to.rejoin(job.target);
      if (to !== line) return; // the reconnect has taken over
      if (joined) {
        job.refusal = undefined;
        job.written = job.confirmed;
        return pump();
      }
    }
    remove(job);
    job.fail(
      new SendError(`${where(job.target)} does not take our messages: ${job.refusal}`, { retryable: false }),
    );
    pump();
  }

  function remove(job: Job): void {
    const queue = (queues.get(job.target) ?? []).filter((each) => each !== job);
    if (queue.length > 0) queues.set(job.target, queue);
    else queues.delete(job.target);
    if (queues.size === 0) for (const tell of idle.splice(0)) tell();
  }

  function giveBack(reason: string, concerned: (job: Job) => boolean): void {
    for (const job of [...queues.values()].flat().filter(concerned)) {
      remove(job);
      const posted = job.started ? ` (${job.confirmed} of its ${job.lines.length} lines are posted)` : '';
      job.fail(new SendError(`${where(job.target)}: ${reason}${posted}`, { retryable: true }));
    }
  }
  const isUnstarted = (job: Job): boolean => !job.started;

  return {
    /** Where lines can go from now on; undefined when the connection is gone. */
    attach(to: Line | undefined): void {
      line = to;
      bucket.empty(performance.now()); // the login has used up what the server allows at once
      inFlight = [];
      clearTimeout(echoTimer);
      clearTimeout(timer);
      giveBack('the connection was lost before it was sent', isUnstarted);
      for (const job of [...queues.values()].flat()) {
        const rest = job.lines.slice(job.confirmed);
        const room = to?.room(job.target);
        job.lines = [
          ...job.lines.slice(0, job.confirmed),
          ...(room ? rest.flatMap((l) => splitBytes(l, room)) : rest),
        ];
        job.written = job.confirmed;
        job.refusal = undefined;
        job.rejoined = false;
      }
      pump();
    },
    /** `lines` makes the lines for the room there is; `id` is what the service calls the first one. */
    send(target: Target, lines: (room: number) => string[]): Promise<{ id: string | undefined }> {
      const to = line;
      const sorry = (why: string, retryable: boolean) =>
        Promise.reject(new SendError(`${where(target)}: ${why}`, { retryable }));
      if (stopped) return sorry('the adapter is stopped', true);
      if (!to) return sorry('not connected', true);
      if (!to.isIn(target)) return sorry('not in the channel at the moment', true);
      const all = lines(to.room(target));
      if (all.length === 0) return sorry('the message has no visible text', false);
      return new Promise((resolve, reject) => {
        const job: Job = {
          target,
          lines: all,
          started: false,
          written: 0,
          confirmed: 0,
          id: undefined,
          refusal: undefined,
          rejoined: false,
          done: (id) => resolve({ id }),
          fail: reject,
        };
        queues.set(target, [...(queues.get(target) ?? []), job]);
        pump();
      });
    },
    /** The server echoed a line of ours. */
    echoed(target: Target, id: string | undefined): void {
      const written = inFlight.find(({ job }) => job.target === target);
      if (written) settle(written, (job) => confirm(job, id));
    },
    /** The server refused a line of ours. */
    refused(target: Target, reason: string): void {
      const written = inFlight.find(({ job }) => job.target === target);
      if (written) settle(written, (job) => refuse(job, reason));
    },
    joined: pump,
    left(target: Target): void {
      giveBack(
        'put out of the channel before it was sent',
        (job) => job.target === target && isUnstarted(job),
      );
    },
    /** Something else went out to the server and counts against the same allowance. */
    charge: () => bucket.charge(performance.now()),
    /** Takes nothing new, finishes within the given time what is partly posted, gives the rest back. Milliseconds. */
    async stop(within: number): Promise<void> {
      stopped = true;
      giveBack('the adapter is stopping', isUnstarted);
      if (line && queues.size > 0) {
        await new Promise<void>((resolve) => {
          const patience = setTimeout(resolve, within);
          idle.push(() => {
            clearTimeout(patience);
            resolve();
          });
        });
      }
      giveBack('the adapter was stopped', () => true);
      clearTimeout(timer);
      clearTimeout(echoTimer);
      line = undefined;
    },
  };
}
